import { defined, type Measured, ROUNDING, type Rounding, undefinedBecause } from '../codes.js'
import { matrix } from '../guard.js'
import { chiSquareTail } from './chi-square.js'
import { averageRanks, tieSizes } from './ranks.js'

/** How far experts rank items alike. */
export interface Agreement {
  /** 0 (no agreement) to 1 (the same ranking). */
  readonly w: number
  readonly chiSquare: number
  readonly degrees: number
  /** Chance of a χ² this large without agreement. An approximation, rough for 7 items or fewer. */
  readonly p: number
  readonly experts: number
  readonly items: number
  /** Experts whose answers are all the same: they rank nothing, and lower nothing but the number of rankings. */
  readonly flatExperts: number
  readonly rounding: Rounding
}

/**
 * Kendall's coefficient of concordance with ties: W = 12 S / (m² (n³ − n) − m Σ T), T = Σ (t³ − t), χ² = m (n − 1) W
 * (VAL-8).
 *
 * @param scores - one row per expert, one column per item; every row complete
 * @returns not defined for one expert, one item, or if every expert gives all items the same score
 * @throws {ValuationError} `SHAPE`, `NOT_A_NUMBER`
 */
export function kendallW(scores: readonly (readonly number[])[]): Measured<Agreement> {
  const { height: m, width: n } = matrix('scores', scores)
  if (m < 2) return undefinedBecause('ONE_EXPERT')
  if (n < 2) return undefinedBecause('ONE_ITEM')
  const ties = scores.reduce((sum, row) => sum + tieSizes(row).reduce((part, t) => part + t ** 3 - t, 0), 0)
  const largest = m ** 2 * (n ** 3 - n) - m * ties
  if (largest <= 0) return undefinedBecause('ZERO_VARIANCE')
  const ranks = scores.map(averageRanks)
  const expected = (m * (n + 1)) / 2
  const deviation = Array.from({ length: n }, (_, item) => ranks.reduce((sum, row) => sum + (row[item] ?? 0), 0))
    .map(total => (total - expected) ** 2)
    .reduce((sum, square) => sum + square, 0)
  const w = Math.min(1, (12 * deviation) / largest)
  const chiSquare = m * (n - 1) * w
  return defined({
    w,
    chiSquare,
    degrees: n - 1,
    p: chiSquareTail(chiSquare, n - 1),
    experts: m,
    items: n,
    flatExperts: scores.filter(row => tieSizes(row).length === 1).length,
    rounding: ROUNDING.none,
  })
}
