import { studentT } from './student.js'

/** Mean over seeds with its 95 % confidence interval. */
export interface Estimate {
  readonly mean: number
  /** Standard deviation of one seed's value; `null` with one seed. */
  readonly sd: number | null
  /** Ends of the interval; `null` with one seed: one value says nothing about its spread. */
  readonly low: number | null
  readonly high: number | null
  readonly n: number
}

/** @param values - one per seed, at least one */
export function estimate(values: readonly number[]): Estimate {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  if (n < 2) return { mean, sd: null, low: null, high: null, n }
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
  const half = (studentT(n - 1, 0.95) * sd) / Math.sqrt(n)
  return { mean, sd, low: mean - half, high: mean + half, n }
}

/** Mean of each place over lists of one length. */
export function meanOf(lists: readonly (readonly number[])[]): number[] {
  const [first = []] = lists
  return first.map((_, i) => lists.reduce((sum, list) => sum + (list[i] ?? 0), 0) / lists.length)
}

/** Sum of each place over lists that may end early. */
export function sumOf(lists: readonly (readonly number[])[]): number[] {
  const length = Math.max(0, ...lists.map(list => list.length))
  return Array.from({ length }, (_, i) => lists.reduce((sum, list) => sum + (list[i] ?? 0), 0))
}
