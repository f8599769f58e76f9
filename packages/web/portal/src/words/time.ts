/** Seconds with at most one decimal, such as `1.5 s`, never broken over two lines. */
export function roundSeconds(ms: number): string {
  return `${Math.round(ms / 100) / 10}\u00a0s`
}
