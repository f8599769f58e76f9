import { type Range, within } from '../guard.js'

/** TR 38.901 table 7.4.1-1, InH office: 0.5–100 GHz, slant distance 1–150 m. */
export const INH_RANGE: { readonly frequencyGHz: Range; readonly distance3dM: Range } = {
  frequencyGHz: { min: 0.5, max: 100 },
  distance3dM: { min: 1, max: 150 },
}

/** Walls between desks, or one open floor (TR 38.901 table 7.2-2). */
export type Office = 'mixed' | 'open'

/**
 * Path loss of an indoor cell in sight, without shadowing (σ 3 dB).
 *
 * @param frequencyGHz - 0.5–100
 * @param distance3dM - slant distance, 1–150 m
 * @returns dB
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 table 7.4.1-1, InH LOS
 */
export function inhLosDb(frequencyGHz: number, distance3dM: number): number {
  within('frequencyGHz', frequencyGHz, INH_RANGE.frequencyGHz)
  within('distance3dM', distance3dM, INH_RANGE.distance3dM)
  return 32.4 + 17.3 * Math.log10(distance3dM) + 20 * Math.log10(frequencyGHz)
}

/**
 * Path loss of an indoor cell out of sight, without shadowing (σ 8.03 dB): never below the loss in sight.
 * @returns dB
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 table 7.4.1-1, InH NLOS
 */
export function inhNlosDb(frequencyGHz: number, distance3dM: number): number {
  const los = inhLosDb(frequencyGHz, distance3dM)
  return Math.max(los, 38.3 * Math.log10(distance3dM) + 17.3 + 24.9 * Math.log10(frequencyGHz))
}

/**
 * Probability that an indoor cell is in sight.
 * @param distance2dM - horizontal distance, 0–150 m
 * @returns 0..1
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 table 7.4.2-1, Indoor – mixed office, Indoor – open office
 */
export function inhLosProbability(distance2dM: number, office: Office): number {
  within('distance2dM', distance2dM, { min: 0, max: INH_RANGE.distance3dM.max })
  const [all, bend, near, far, share] = office === 'mixed' ? [1.2, 6.5, 4.7, 32.6, 0.32] : [5, 49, 70.8, 211.7, 0.54]
  if (distance2dM <= all) return 1
  // The mixed office says "below 6.5 m", the open office "up to 49 m".
  const onFirst = office === 'mixed' ? distance2dM < bend : distance2dM <= bend
  return onFirst ? Math.exp(-(distance2dM - all) / near) : share * Math.exp(-(distance2dM - bend) / far)
}
