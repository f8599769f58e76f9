/**
 * A function of distance as a table with straight lines between its points: 10^7 links a minute need no logarithms.
 *
 * @param stepM - spacing; at 1 m the error of any path loss of core/pran beyond 10 m is below 0.02 dB
 */
export function tabulate(ofDistance: (distanceM: number) => number, minM: number, maxM: number, stepM: number) {
  const count = Math.max(2, Math.ceil((maxM - minM) / stepM) + 1)
  const values = Float64Array.from({ length: count }, (_, i) => ofDistance(Math.min(maxM, minM + i * stepM)))
  return (distanceM: number): number => {
    const at = Math.min(count - 1, Math.max(0, (distanceM - minM) / stepM))
    const low = Math.min(count - 2, Math.floor(at))
    return (values[low] ?? 0) + (at - low) * ((values[low + 1] ?? 0) - (values[low] ?? 0))
  }
}
