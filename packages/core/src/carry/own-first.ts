/**
 * Bytes per second that a relay leaves to those it carries for: what its own traffic does not use of the uplink, less
 * a tenth of the uplink kept free so that the own traffic can grow at once; never below the floor that was promised.
 *
 * @param uplinkBytesPerSecond - what the uplink carries in all
 * @param ownBytesPerSecond - what the owner's own traffic used lately
 * @param floorBytesPerSecond - least for the carried traffic, `0` for none
 * @returns a rate in 0..uplink, rounded down
 * @see docs/spec/carry.md CAR-6
 */
export function carriageAllowance(
  uplinkBytesPerSecond: number,
  ownBytesPerSecond: number,
  floorBytesPerSecond: number,
): number {
  const headroom = Math.floor(uplinkBytesPerSecond / 10)
  const free = Math.floor(uplinkBytesPerSecond - ownBytesPerSecond) - headroom
  return Math.min(uplinkBytesPerSecond, Math.max(floorBytesPerSecond, free, 0))
}
