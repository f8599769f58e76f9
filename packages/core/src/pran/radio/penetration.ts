import { finite, type Range, UNIT, within } from '../guard.js'

/** Old windows, or coated glass and thick walls (TR 38.901 table 7.4.3-2). */
export type Building = 'low loss' | 'high loss'

const FREQUENCY_GHZ: Range = { min: 0.5, max: 100 }
const DEPTH_M: Range = { min: 0, max: 25 }
/** σP of table 7.4.3-2. */
const SIGMA_DB: Readonly<Record<Building, number>> = { 'low loss': 4.4, 'high loss': 6.5 }

/**
 * Loss through the outer wall, PLtw.
 *
 * @param frequencyGHz - 0.5–100
 * @returns dB
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 tables 7.4.3-1 and 7.4.3-2
 */
export function wallLossDb(frequencyGHz: number, building: Building): number {
  within('frequencyGHz', frequencyGHz, FREQUENCY_GHZ)
  const concrete = 10 ** (-(5 + 4 * frequencyGHz) / 10)
  if (building === 'low loss') {
    const glass = 10 ** (-(2 + 0.2 * frequencyGHz) / 10)
    return 5 - 10 * Math.log10(0.3 * glass + 0.7 * concrete)
  }
  const coated = 10 ** (-(23 + 0.3 * frequencyGHz) / 10)
  return 5 - 10 * Math.log10(0.7 * coated + 0.3 * concrete)
}

/**
 * What a terminal inside loses on top of the outdoor path loss: PLtw + 0.5 d2D-in + N(0, σP).
 *
 * @param depthM - d2D-in, 0–25 m
 * @param gaussian - a standard normal draw; 0 for the median
 * @returns dB
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 clause 7.4.3.1
 */
export function outdoorToIndoorDb(frequencyGHz: number, building: Building, depthM: number, gaussian = 0): number {
  within('depthM', depthM, DEPTH_M)
  finite('gaussian', gaussian)
  return wallLossDb(frequencyGHz, building) + 0.5 * depthM + SIGMA_DB[building] * gaussian
}

/**
 * Draws how deep inside a terminal is: the smaller of two uniform draws (TR 38.901 clause 7.4.3.1).
 * @param first, second - draws from [0, 1)
 * @param limitM - 25 for UMa and UMi, 10 for RMa
 * @returns m
 */
export function indoorDepthM(first: number, second: number, limitM: 10 | 25 = 25): number {
  within('first', first, UNIT)
  within('second', second, UNIT)
  return limitM * Math.min(first, second)
}
