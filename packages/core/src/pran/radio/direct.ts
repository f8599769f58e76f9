import { type Range, within } from '../guard.js'

/**
 * One row of a site-general table, L = 10 α log10 d + β + 10 γ log10 f, with the distances and carriers it was fitted for.
 * TR 38.901 UMa and UMi are not valid between two terminals; these are.
 */
export interface DirectModel {
  readonly alpha: number
  readonly betaDb: number
  readonly gamma: number
  readonly sigmaDb: number
  readonly distanceM: Range
  readonly frequencyGHz: Range
}

const row = (
  [alpha, betaDb, gamma, sigmaDb]: readonly [number, number, number, number],
  distanceM: Range,
  frequencyGHz: Range,
): DirectModel => ({ alpha, betaDb, gamma, sigmaDb, distanceM, frequencyGHz })

const range = (min: number, max: number): Range => ({ min, max })

/** ITU-R P.1411-11 table 4 (clause 4.1.1): both ends below the rooftops. */
export const P1411 = {
  los: row([2.12, 29.2, 2.11, 5.06], range(5, 660), range(0.8, 73)),
  nlosHighRise: row([4, 10.2, 2.36, 7.6], range(30, 715), range(0.8, 38)),
  nlosResidential: row([3.01, 18.8, 2.07, 3.07], range(30, 170), range(0.8, 73)),
} as const satisfies Readonly<Record<string, DirectModel>>

/** ITU-R P.1238-11 table 2: both ends on one floor. */
export const P1238 = {
  officeLos: row([1.46, 34.62, 2.03, 3.76], range(2, 27), range(0.3, 83.5)),
  officeNlos: row([2.46, 29.53, 2.38, 5.04], range(4, 30), range(0.3, 82)),
  corridorLos: row([1.63, 28.12, 2.25, 4.07], range(2, 160), range(0.3, 83.5)),
  corridorNlos: row([2.77, 29.27, 2.48, 7.63], range(4, 94), range(0.625, 83.5)),
} as const satisfies Readonly<Record<string, DirectModel>>

/**
 * TR 37.885 table 6.2.1-1, urban sidelink. The report names no distances; 1 m–5 km and TR 38.901's carriers are our bounds.
 */
export const SIDELINK_URBAN = {
  los: row([1.67, 38.77, 1.82, 3], range(1, 5_000), range(0.5, 100)),
  nlos: row([3, 36.85, 1.89, 4], range(1, 5_000), range(0.5, 100)),
} as const satisfies Readonly<Record<string, DirectModel>>

/**
 * Median path loss between two terminals.
 *
 * @param distanceM - slant distance, within the row's range
 * @param frequencyGHz - within the row's range
 * @returns dB; add `sigmaDb` × a normal draw for one link
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see ITU-R P.1411-11 clause 4.1.1, ITU-R P.1238-11 clause 3.1, TR 37.885 clause 6.2.1
 */
export function directLossDb(model: DirectModel, distanceM: number, frequencyGHz: number): number {
  within('distanceM', distanceM, model.distanceM)
  within('frequencyGHz', frequencyGHz, model.frequencyGHz)
  return 10 * model.alpha * Math.log10(distanceM) + model.betaDb + 10 * model.gamma * Math.log10(frequencyGHz)
}
