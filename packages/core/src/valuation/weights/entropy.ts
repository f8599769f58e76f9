import { ROUNDING, type Rounding, ValuationError } from '../codes.js'
import { matrix, within } from '../guard.js'
import { equalWeights } from './simple.js'

export interface EntropyWeights {
  readonly weights: readonly number[]
  /** 1 where the criterion tells no alternatives apart. */
  readonly entropies: readonly number[]
  /** Set if no criterion tells anything apart: the weights are then equal ones, and say so. */
  readonly fallback?: 'equal: no criterion tells the alternatives apart'
  readonly rounding: Rounding
}

/** Below this a difference of entropy from 1 is the noise of floating point. */
const NOISE = 1e-12

/**
 * Weights by how much each criterion tells the alternatives apart (Shannon entropy of the column's shares).
 * @param scores - one row per alternative, at least two; one column per criterion; every value above 0
 * @throws {ValuationError} `SHAPE`, `NOT_A_NUMBER`, `OUT_OF_RANGE`
 */
export function entropyWeights(scores: readonly (readonly number[])[]): EntropyWeights {
  const { height, width } = matrix('scores', scores)
  if (height < 2)
    throw new ValuationError('SHAPE', 'entropy needs at least two alternatives to tell apart.', {
      name: 'scores',
      size: height,
      wanted: 2,
    })
  for (const row of scores) for (const value of row) within('score', value, Number.MIN_VALUE, 1e9)
  const entropies = Array.from({ length: width }, (_, column) => entropyOf(scores.map(row => row[column] ?? 0)))
  const spread = entropies.map(entropy => Math.max(0, 1 - entropy))
  const total = spread.reduce((sum, value) => sum + value, 0)
  if (total < NOISE)
    return {
      weights: equalWeights(width),
      entropies,
      fallback: 'equal: no criterion tells the alternatives apart',
      rounding: ROUNDING.none,
    }
  return { weights: spread.map(value => value / total), entropies, rounding: ROUNDING.none }
}

function entropyOf(column: readonly number[]): number {
  const total = column.reduce((sum, value) => sum + value, 0)
  const nats = column.reduce((sum, value) => sum - (value / total) * Math.log(value / total), 0)
  return nats / Math.log(column.length)
}
