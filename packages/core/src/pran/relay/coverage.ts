import { NOT_NEGATIVE, within } from '../guard.js'

/**
 * Mean degree λπr² at which multi-hop networks of equal discs percolate: below it only islands, above it one component that
 * spans everything.
 * @see Quintanilla and Ziff, Physical Review E 76, 2007
 */
export const GIANT_COMPONENT_DEGREE = 4.512

/**
 * Mean number of sharers in range, λπr².
 * @param densityPerM2 - λ, sharers per square metre, ≥ 0
 * @param rangeM - r, ≥ 0
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 */
export function meanDegree(densityPerM2: number, rangeM: number): number {
  within('densityPerM2', densityPerM2, NOT_NEGATIVE)
  within('rangeM', rangeM, NOT_NEGATIVE)
  return densityPerM2 * Math.PI * rangeM * rangeM
}

/**
 * Probability that at least one sharer is in range when sharers stand at random (Poisson): 1 − e^(−λπr²).
 * @returns 0..1
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see docs/spec/pran.md PRAN-12
 */
export function relayInRangeProbability(densityPerM2: number, rangeM: number): number {
  return -Math.expm1(-meanDegree(densityPerM2, rangeM))
}
