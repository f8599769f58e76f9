const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

/**
 * A count of bytes in binary units, rounded down to one decimal.
 *
 * @param bytes - 0 or more, a decimal string or bigint
 * @returns such as `512 B`, `1.5 MiB`
 */
export function formatBytes(bytes: bigint | string): string {
  let tenths = BigInt(bytes) * 10n
  if (tenths < 10_240n) return `${tenths / 10n} B`
  let unit = -1
  while (tenths >= 10_240n && unit < UNITS.length - 1) {
    tenths /= 1024n
    unit += 1
  }
  return `${tenths / 10n}.${tenths % 10n} ${UNITS[unit] ?? 'EiB'}`
}

/**
 * A rate in decimal bit units, as network equipment shows it.
 *
 * @param bytesPerSecond - 0 or more; for display only
 */
export function formatRate(bytesPerSecond: number): string {
  const bits = Math.max(0, bytesPerSecond * 8)
  if (bits < 1_000) return `${Math.round(bits)} bit/s`
  if (bits < 1_000_000) return `${(bits / 1_000).toFixed(1)} kbit/s`
  if (bits < 1_000_000_000) return `${(bits / 1_000_000).toFixed(1)} Mbit/s`
  return `${(bits / 1_000_000_000).toFixed(2)} Gbit/s`
}
