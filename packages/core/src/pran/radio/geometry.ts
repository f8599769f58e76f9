import { type Range, within } from '../guard.js'

/** One outdoor link between a base station and a terminal. Distances and heights in metres, the carrier in GHz. */
export interface CellLink {
  readonly frequencyGHz: number
  /** Horizontal distance. */
  readonly distance2dM: number
  readonly baseHeightM: number
  readonly terminalHeightM: number
}

/** What a cell model covers; each file says where its numbers come from. */
export interface CellRange {
  readonly frequencyGHz: Range
  readonly distance2dM: Range
  readonly baseHeightM: Range
  readonly terminalHeightM: Range
}

/** Speed of light as TR 38.901 and ns-3 round it, in units that suit GHz and metres: 3·10^8 m/s. */
export const LIGHT_M_GHZ = 0.3

/** Refuses a link that the model does not cover. @throws {PranError} `NOT_A_NUMBER`, `OUT_OF_RANGE` naming the range */
export function checkLink(link: CellLink, range: CellRange): void {
  within('frequencyGHz', link.frequencyGHz, range.frequencyGHz)
  within('distance2dM', link.distance2dM, range.distance2dM)
  within('baseHeightM', link.baseHeightM, range.baseHeightM)
  within('terminalHeightM', link.terminalHeightM, range.terminalHeightM)
}

/** Slant distance in metres: d3D² = d2D² + (hBS − hUT)² (TR 38.901 figure 7.4.1-1). */
export function distance3dM(link: CellLink): number {
  const rise = link.baseHeightM - link.terminalHeightM
  return Math.sqrt(link.distance2dM * link.distance2dM + rise * rise)
}

/**
 * Breakpoint distance d'BP = 4 (hBS − hE)(hUT − hE) f/c in metres (TR 38.901 table 7.4.1-1 note 1).
 * @param effectiveHeightM - height of the effective environment hE
 */
export function breakpointM(link: CellLink, effectiveHeightM: number): number {
  const heights = (link.baseHeightM - effectiveHeightM) * (link.terminalHeightM - effectiveHeightM)
  return (4 * heights * link.frequencyGHz) / LIGHT_M_GHZ
}
