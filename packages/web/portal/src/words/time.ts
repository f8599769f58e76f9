/** Seconds with at most one decimal, such as `1.5 s`. */
export function roundSeconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}
