import { UNIT, within } from '../guard.js'
import { breakpointM, type CellLink, type CellRange, checkLink, distance3dM } from './geometry.js'

/**
 * TR 38.901 table 7.4.1-1, UMa: 0.5–100 GHz, 10 m–5 km, terminals 1.5–22.5 m. The table is given for a base at 25 m; other
 * heights above the terminals are a planner's extrapolation, so they are allowed up to 150 m.
 */
export const UMA_RANGE: CellRange = {
  frequencyGHz: { min: 0.5, max: 100 },
  distance2dM: { min: 10, max: 5_000 },
  baseHeightM: { min: 23, max: 150 },
  terminalHeightM: { min: 1.5, max: 22.5 },
}

/**
 * Path loss of a macro cell in sight, without shadowing (σ 4 dB).
 *
 * @param link - frequency in GHz, distance and heights in m, within UMA_RANGE
 * @param effectiveHeightM - hE, from `umaEffectiveHeightM`; 1 m up to a terminal height of 13 m
 * @returns dB
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 table 7.4.1-1, PL1 and PL2 of UMa
 */
export function umaLosDb(link: CellLink, effectiveHeightM = 1): number {
  checkLink(link, UMA_RANGE)
  within('effectiveHeightM', effectiveHeightM, { min: 1, max: Math.max(1, link.terminalHeightM - 0.5) })
  const distance = distance3dM(link)
  const carrier = 28 + 20 * Math.log10(link.frequencyGHz)
  const breakpoint = breakpointM(link, effectiveHeightM)
  if (link.distance2dM <= breakpoint) return carrier + 22 * Math.log10(distance)
  const rise = link.baseHeightM - link.terminalHeightM
  return carrier + 40 * Math.log10(distance) - 9 * Math.log10(breakpoint * breakpoint + rise * rise)
}

/**
 * Path loss of a macro cell out of sight, without shadowing (σ 6 dB): never below the loss in sight.
 * @returns dB
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 table 7.4.1-1, UMa NLOS
 */
export function umaNlosDb(link: CellLink, effectiveHeightM = 1): number {
  const los = umaLosDb(link, effectiveHeightM)
  const slope = 13.54 + 39.08 * Math.log10(distance3dM(link)) + 20 * Math.log10(link.frequencyGHz)
  return Math.max(los, slope - 0.6 * (link.terminalHeightM - 1.5))
}

/**
 * Probability that a macro cell is in sight.
 *
 * @param distance2dM - horizontal (outdoor) distance, 0–5,000 m
 * @param terminalHeightM - 1.5–22.5 m; above 13 m rooftops hide less
 * @returns 0..1
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 table 7.4.2-1, UMa
 */
export function umaLosProbability(distance2dM: number, terminalHeightM: number): number {
  within('distance2dM', distance2dM, { min: 0, max: UMA_RANGE.distance2dM.max })
  within('terminalHeightM', terminalHeightM, UMA_RANGE.terminalHeightM)
  if (distance2dM <= 18) return 1
  const near = 18 / distance2dM
  const street = near + Math.exp(-distance2dM / 63) * (1 - near)
  // Just beyond 18 m the table's formula passes 1 for high terminals: a probability ends there.
  return Math.min(1, street * (1 + rooftopFactor(distance2dM, terminalHeightM)))
}

/**
 * Draws the height of the effective environment: streets (1 m), or rooftops for high terminals.
 *
 * Between 13 and 13.5 m the table's set {12, 15, …, hUT − 1.5} is empty; 12 m stands for it then.
 *
 * @param uniform - a draw from [0, 1)
 * @returns m: 1, 12, 15, … up to hUT − 1.5
 * @see TR 38.901 table 7.4.1-1 note 1
 */
export function umaEffectiveHeightM(distance2dM: number, terminalHeightM: number, uniform: number): number {
  within('uniform', uniform, UNIT)
  within('terminalHeightM', terminalHeightM, UMA_RANGE.terminalHeightM)
  const probability = 1 / (1 + (distance2dM > 18 ? rooftopFactor(distance2dM, terminalHeightM) : 0))
  if (uniform < probability || probability === 1) return 1
  const choices = Math.max(1, Math.floor((terminalHeightM - 1.5 - 12) / 3) + 1)
  // What is left of the draw above the probability is uniform again.
  const again = (uniform - probability) / (1 - probability)
  return 12 + 3 * Math.min(choices - 1, Math.floor(again * choices))
}

/** C'(hUT) · 1.25 (d/100)³ e^(−d/150): what a terminal above 13 m sees over the rooftops. */
function rooftopFactor(distance2dM: number, terminalHeightM: number): number {
  if (terminalHeightM <= 13) return 0
  const distance = distance2dM / 100
  return ((terminalHeightM - 13) / 10) ** 1.5 * 1.25 * distance * distance * distance * Math.exp(-distance2dM / 150)
}
