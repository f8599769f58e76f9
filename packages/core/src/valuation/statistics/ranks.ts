import { defined, type Measured, undefinedBecause, ValuationError } from '../codes.js'
import { numbers } from '../guard.js'
import { mean } from './location.js'

/** Ranks from 1 (smallest); equal values share the mean of their places. @throws {ValuationError} `SHAPE`, `NOT_A_NUMBER` */
export function averageRanks(values: readonly number[]): number[] {
  numbers('values', values)
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value)
  const ranks = new Array<number>(values.length).fill(0)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (order[end + 1]?.value === order[start]?.value && end + 1 < order.length) end += 1
    for (const { index } of order.slice(start, end + 1)) ranks[index] = (start + end) / 2 + 1
    start = end + 1
  }
  return ranks
}

/** Sizes of the groups of equal values, groups of one included. */
export function tieSizes(values: readonly number[]): number[] {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.values()]
}

/**
 * Spearman's rank correlation, ties by average ranks.
 * @returns −1..1; not defined if one list is constant or has one value
 * @throws {ValuationError} `SHAPE` if the lists differ in length, `NOT_A_NUMBER`
 */
export function spearman(x: readonly number[], y: readonly number[]): Measured<{ readonly rho: number }> {
  if (x.length !== y.length)
    throw new ValuationError('SHAPE', `lists of ${x.length} and ${y.length} values cannot be paired.`, {
      name: 'y',
      size: y.length,
      wanted: x.length,
    })
  const [a, b] = [averageRanks(x), averageRanks(y)]
  if (x.length < 2) return undefinedBecause('ONE_ITEM')
  const centre = mean(a)
  const product = (p: readonly number[], q: readonly number[]) =>
    p.reduce((sum, value, index) => sum + (value - centre) * ((q[index] ?? 0) - centre), 0)
  const scale = Math.sqrt(product(a, a) * product(b, b))
  return scale === 0 ? undefinedBecause('ZERO_VARIANCE') : defined({ rho: product(a, b) / scale })
}
