import { ValuationError } from '../codes.js'
import { within } from '../guard.js'

/** Share of users who find a relay in reach, 0..1, for a number of sharers: from a formula or from a simulation. */
export type Coverage = (sharers: number) => number

/**
 * Sharers spread at random over an area: cov(S) = 1 − e^(−(S/A) π r²). 50 m and 1e-4, 5e-4, 1e-3 per m² give .5441,
 * .9803 and .9996.
 * @param areaM2 - m², above 0
 * @param rangeM - reach of one sharer, m, above 0
 * @throws {ValuationError} `NOT_A_NUMBER`, `OUT_OF_RANGE`
 */
export function poissonCoverage(areaM2: number, rangeM: number): Coverage {
  within('areaM2', areaM2, 1, 1e15)
  within('rangeM', rangeM, 0.1, 1e6)
  return sharers => -Math.expm1((-sharers / areaM2) * Math.PI * rangeM ** 2)
}

/** Asks a coverage function and refuses an answer that is no share. @throws {ValuationError} `COVERAGE_RANGE` */
export function coverageAt(coverage: Coverage, sharers: number): number {
  const value = coverage(sharers)
  if (value >= 0 && value <= 1) return value
  throw new ValuationError('COVERAGE_RANGE', `coverage for ${sharers} sharers is ${value}: it must be 0 to 1.`, {
    sharers,
    value,
  })
}

/**
 * Coverage from measured or simulated points, straight lines between them; the last point holds beyond it.
 * @param points - [sharers, share] with sharers rising from 0; at least one
 * @throws {ValuationError} `SHAPE` if not rising from 0, `NOT_A_NUMBER`, `OUT_OF_RANGE`
 */
export function tabulatedCoverage(points: readonly (readonly [sharers: number, share: number])[]): Coverage {
  if (points[0]?.[0] !== 0)
    throw new ValuationError('SHAPE', 'a coverage table starts at 0 sharers.', {
      name: 'coverage',
      size: points.length,
    })
  points.forEach(([sharers, share], index) => {
    within('sharers', sharers, 0, 1e10)
    within('coverage', share, 0, 1)
    if (index > 0 && sharers <= (points[index - 1]?.[0] ?? 0))
      throw new ValuationError('SHAPE', `coverage table, point ${index + 1}: sharers must rise.`, {
        name: 'coverage',
        size: points.length,
      })
  })
  return sharers => {
    const above = points.findIndex(point => point[0] >= sharers)
    const [right, top] = points[above < 0 ? points.length - 1 : above] ?? [0, 0]
    const [left, bottom] = points[above - 1] ?? [right, top]
    return right === left || above < 0 ? top : bottom + ((top - bottom) * (sharers - left)) / (right - left)
  }
}
