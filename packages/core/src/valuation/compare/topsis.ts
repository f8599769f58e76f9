import { defined, type Measured, ROUNDING, type Rounding, undefinedBecause, ValuationError } from '../codes.js'
import { matrix, numbers, within } from '../guard.js'
import { type Reversal, rankReversals } from './reversals.js'

/** Closeness of each alternative to the best imaginable one: 0 (worst in everything) to 1 (best in everything). */
export interface Topsis {
  readonly closeness: readonly number[]
  readonly rounding: Rounding
}

/**
 * TOPSIS with vector normalisation (VAL-12).
 *
 * @param scores - one row per alternative, one column per criterion; higher is better, 0 or more
 * @param weights - one per criterion, 0 or more, not all 0; scaled to a sum of 1
 * @returns not defined if all alternatives are the same in every criterion that has weight
 * @throws {ValuationError} `SHAPE`, `NOT_A_NUMBER`, `OUT_OF_RANGE`
 */
export function topsis(scores: readonly (readonly number[])[], weights: readonly number[]): Measured<Topsis> {
  const shares = checkInput(scores, weights)
  const columns = shares.map((share, column) => {
    const values = scores.map(row => row[column] ?? 0)
    const norm = Math.hypot(...values)
    return values.map(value => (norm === 0 ? 0 : (share * value) / norm))
  })
  const best = columns.map(values => Math.max(...values))
  const worst = columns.map(values => Math.min(...values))
  if (best.every((value, column) => value === worst[column])) return undefinedBecause('ZERO_VARIANCE')
  const distance = (row: number, target: readonly number[]) =>
    Math.hypot(...columns.map((values, column) => (values[row] ?? 0) - (target[column] ?? 0)))
  const closeness = scores.map((_, row) => {
    const toWorst = distance(row, worst)
    return toWorst / (toWorst + distance(row, best))
  })
  return defined({ closeness, rounding: ROUNDING.none })
}

/**
 * Pairs whose order under TOPSIS turns round when a third alternative is left out: a known weakness of the method, so
 * that a reader sees how far the ranking can be trusted.
 * @throws as `topsis`
 */
export function leaveOneOutReversals(
  names: readonly string[],
  scores: readonly (readonly number[])[],
  weights: readonly number[],
): (Reversal & { readonly without: string })[] {
  const all = named(names, topsis(scores, weights))
  if (names.length < 3) return []
  return names.flatMap((without, left) => {
    const rest = named(
      names.filter((_, index) => index !== left),
      topsis(
        scores.filter((_, index) => index !== left),
        weights,
      ),
    )
    return rankReversals(all, rest).map(reversal => ({ ...reversal, without }))
  })
}

const named = (names: readonly string[], result: Measured<Topsis>) =>
  new Map(result.defined ? names.map((name, index) => [name, result.closeness[index] ?? 0] as const) : [])

function checkInput(scores: readonly (readonly number[])[], weights: readonly number[]): number[] {
  const { width } = matrix('scores', scores)
  numbers('weights', weights)
  for (const row of scores) for (const value of row) within('score', value, 0, 1e9)
  for (const weight of weights) within('weight', weight, 0, 1e9)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (weights.length !== width || total === 0)
    throw new ValuationError('SHAPE', `${weights.length} weights with sum ${total} for ${width} criteria.`, {
      name: 'weights',
      size: weights.length,
      wanted: width,
    })
  return weights.map(weight => weight / total)
}
