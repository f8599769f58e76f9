import { ROUNDING, type Rounding, ValuationError } from '../codes.js'
import { matrix, within } from '../guard.js'

/** Mean consistency index of random matrices of size 1 to 10 (Saaty). */
const RANDOM_INDEX = [0, 0, 0.58, 0.9, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49] as const
/** A ratio above this means that the comparisons contradict each other too much to be used unseen (Saaty). */
export const CONSISTENCY_LIMIT = 0.1
/** How far a(i,j) · a(j,i) may lie from 1: thirds typed with four decimals. */
const RECIPROCAL_TOLERANCE = 1e-3

export interface AhpWeights {
  readonly weights: readonly number[]
  readonly lambdaMax: number
  readonly consistencyIndex: number
  /** 0 for one or two criteria, which cannot contradict each other. */
  readonly consistencyRatio: number
  readonly consistent: boolean
  readonly rounding: Rounding
}

/**
 * Weights of the analytic hierarchy process: the principal eigenvector of a pairwise comparison matrix.
 *
 * @param comparisons - a(i,j) > 0 says how many times as important criterion i is as j; a(j,i) = 1/a(i,j); 1..10 criteria
 * @throws {ValuationError} `SHAPE` if not square or above 10, `NOT_A_NUMBER`, `OUT_OF_RANGE`, `AHP_NOT_RECIPROCAL`
 */
export function ahpWeights(comparisons: readonly (readonly number[])[]): AhpWeights {
  const size = checkMatrix(comparisons)
  const weights = principal(comparisons)
  const lambdaMax = times(comparisons, weights).reduce((sum, value, row) => sum + value / (weights[row] ?? 1), 0) / size
  const consistencyIndex = size > 1 ? Math.max(0, (lambdaMax - size) / (size - 1)) : 0
  const random = RANDOM_INDEX[size - 1] ?? 0
  const consistencyRatio = random === 0 ? 0 : consistencyIndex / random
  return {
    weights,
    lambdaMax,
    consistencyIndex,
    consistencyRatio,
    consistent: consistencyRatio <= CONSISTENCY_LIMIT,
    rounding: ROUNDING.none,
  }
}

/**
 * Full matrix from the comparisons above the diagonal, so that it cannot contradict its mirror image.
 * @param upper - row i holds a(i, i+1), a(i, i+2), …: `[[3, 5], [3]]` for three criteria
 * @throws {ValuationError} `SHAPE`, `NOT_A_NUMBER`, `OUT_OF_RANGE`
 */
export function ahpMatrixFromUpper(upper: readonly (readonly number[])[]): number[][] {
  const size = upper.length + 1
  const full = Array.from({ length: size }, () => new Array<number>(size).fill(1))
  upper.forEach((row, i) => {
    if (row.length !== size - 1 - i)
      throw new ValuationError('SHAPE', `row ${i + 1} holds ${row.length} comparisons: ${size - 1 - i} are needed.`, {
        name: 'upper',
        size: row.length,
        wanted: size - 1 - i,
      })
    row.forEach((value, offset) => {
      within('comparison', value, 1e-3, 1e3)
      const j = i + 1 + offset
      full[i]?.splice(j, 1, value)
      full[j]?.splice(i, 1, 1 / value)
    })
  })
  return full
}

function checkMatrix(comparisons: readonly (readonly number[])[]): number {
  const { height, width } = matrix('comparisons', comparisons)
  if (height !== width || height > RANDOM_INDEX.length)
    throw new ValuationError('SHAPE', `comparisons are ${height} × ${width}: give a square of 1 to 10.`, {
      name: 'comparisons',
      size: width,
      wanted: height,
    })
  comparisons.forEach((row, i) => {
    row.forEach((value, j) => {
      within('comparison', value, 1e-3, 1e3)
      const mirrored = value * (comparisons[j]?.[i] ?? 0)
      if (Math.abs(mirrored - 1) > RECIPROCAL_TOLERANCE)
        throw new ValuationError(
          'AHP_NOT_RECIPROCAL',
          `comparison ${i + 1},${j + 1} is ${value}, so ${j + 1},${i + 1} must be ${1 / value}, not ${comparisons[j]?.[i]}.`,
          { row: i + 1, column: j + 1 },
        )
    })
  })
  return height
}

/** Power iteration: a matrix of positive numbers has one largest eigenvalue, so it always converges (Perron). */
function principal(comparisons: readonly (readonly number[])[]): number[] {
  let weights = new Array<number>(comparisons.length).fill(1 / comparisons.length)
  for (let step = 0; step < 10_000; step += 1) {
    const next = times(comparisons, weights)
    const total = next.reduce((sum, value) => sum + value, 0)
    const scaled = next.map(value => value / total)
    const moved = Math.max(...scaled.map((value, index) => Math.abs(value - (weights[index] ?? 0))))
    weights = scaled
    if (moved < 1e-15) break
  }
  return weights
}

const times = (rows: readonly (readonly number[])[], vector: readonly number[]) =>
  rows.map(row => row.reduce((sum, value, index) => sum + value * (vector[index] ?? 0), 0))
