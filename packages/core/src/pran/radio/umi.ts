import { within } from '../guard.js'
import { breakpointM, type CellLink, type CellRange, checkLink, distance3dM } from './geometry.js'

/**
 * TR 38.901 table 7.4.1-1, UMi street canyon: 0.5–100 GHz, 10 m–5 km, terminals 1.5–22.5 m. The table is given for a base at
 * 10 m; 3–25 m are allowed for lamp posts and low roofs.
 */
export const UMI_RANGE: CellRange = {
  frequencyGHz: { min: 0.5, max: 100 },
  distance2dM: { min: 10, max: 5_000 },
  baseHeightM: { min: 3, max: 25 },
  terminalHeightM: { min: 1.5, max: 22.5 },
}

/** hE of UMi (table 7.4.1-1 note 1). */
const EFFECTIVE_HEIGHT_M = 1

/**
 * Path loss of a street cell in sight, without shadowing (σ 4 dB).
 *
 * @param link - frequency in GHz, distance and heights in m, within UMI_RANGE
 * @returns dB
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 table 7.4.1-1, PL1 and PL2 of UMi
 */
export function umiLosDb(link: CellLink): number {
  checkLink(link, UMI_RANGE)
  const distance = distance3dM(link)
  const carrier = 32.4 + 20 * Math.log10(link.frequencyGHz)
  const breakpoint = breakpointM(link, EFFECTIVE_HEIGHT_M)
  if (link.distance2dM <= breakpoint) return carrier + 21 * Math.log10(distance)
  const rise = link.baseHeightM - link.terminalHeightM
  return carrier + 40 * Math.log10(distance) - 9.5 * Math.log10(breakpoint * breakpoint + rise * rise)
}

/**
 * Path loss of a street cell out of sight, without shadowing (σ 7.82 dB): never below the loss in sight.
 * @returns dB
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 table 7.4.1-1, UMi NLOS
 */
export function umiNlosDb(link: CellLink): number {
  const los = umiLosDb(link)
  const slope = 35.3 * Math.log10(distance3dM(link)) + 22.4 + 21.3 * Math.log10(link.frequencyGHz)
  return Math.max(los, slope - 0.3 * (link.terminalHeightM - 1.5))
}

/**
 * Probability that a street cell is in sight.
 * @param distance2dM - horizontal (outdoor) distance, 0–5,000 m
 * @returns 0..1
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 table 7.4.2-1, UMi street canyon
 */
export function umiLosProbability(distance2dM: number): number {
  within('distance2dM', distance2dM, { min: 0, max: UMI_RANGE.distance2dM.max })
  if (distance2dM <= 18) return 1
  const near = 18 / distance2dM
  return Math.min(1, near + Math.exp(-distance2dM / 36) * (1 - near))
}
