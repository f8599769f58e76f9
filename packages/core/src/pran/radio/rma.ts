import { type Range, within } from '../guard.js'
import { type CellLink, type CellRange, checkLink, distance3dM, LIGHT_M_GHZ } from './geometry.js'

/** TR 38.901 table 7.4.1-1, RMa: 0.5–30 GHz, 10 m–10 km (out of sight 5 km), base 10–150 m, terminals 1–10 m. */
export const RMA_RANGE: CellRange = {
  frequencyGHz: { min: 0.5, max: 30 },
  distance2dM: { min: 10, max: 10_000 },
  baseHeightM: { min: 10, max: 150 },
  terminalHeightM: { min: 1, max: 10 },
}
const NLOS_DISTANCE_M: Range = { min: 10, max: 5_000 }
const SURROUNDINGS_M: Range = { min: 5, max: 50 }

/** What stands around a rural terminal, in metres, each 5–50. */
export interface RuralSurroundings {
  readonly buildingHeightM: number
  readonly streetWidthM: number
}

/** Defaults of TR 38.901 table 7.4.1-1. */
export const RURAL: RuralSurroundings = { buildingHeightM: 5, streetWidthM: 20 }

/**
 * Path loss of a rural cell in sight, without shadowing (σ 4 dB, beyond the breakpoint 6 dB).
 *
 * @param link - frequency in GHz, distance and heights in m, within RMA_RANGE
 * @returns dB
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 table 7.4.1-1, PL1 and PL2 of RMa
 */
export function rmaLosDb(link: CellLink, around: RuralSurroundings = RURAL): number {
  checkLink(link, RMA_RANGE)
  checkAround(around)
  const distance = distance3dM(link)
  const breakpoint = rmaBreakpointM(link)
  if (link.distance2dM <= breakpoint) return nearDb(distance, link.frequencyGHz, around.buildingHeightM)
  return nearDb(breakpoint, link.frequencyGHz, around.buildingHeightM) + 40 * Math.log10(distance / breakpoint)
}

/** Breakpoint distance dBP = 2π hBS hUT f/c in metres (table 7.4.1-1 note 5). */
export function rmaBreakpointM(link: CellLink): number {
  return (2 * Math.PI * link.baseHeightM * link.terminalHeightM * link.frequencyGHz) / LIGHT_M_GHZ
}

/**
 * Path loss of a rural cell out of sight, without shadowing (σ 8 dB): never below the loss in sight.
 *
 * @param link - as for `rmaLosDb`, at most 5 km
 * @returns dB
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 table 7.4.1-1, RMa NLOS
 */
export function rmaNlosDb(link: CellLink, around: RuralSurroundings = RURAL): number {
  within('distance2dM', link.distance2dM, NLOS_DISTANCE_M)
  const los = rmaLosDb(link, around)
  const { buildingHeightM, streetWidthM } = around
  const base = Math.log10(link.baseHeightM)
  const roofs = (24.37 - 3.7 * (buildingHeightM / link.baseHeightM) ** 2) * base
  const distance = (43.42 - 3.1 * base) * (Math.log10(distance3dM(link)) - 3)
  const terminal = 3.2 * Math.log10(11.75 * link.terminalHeightM) ** 2 - 4.97
  const street = 161.04 - 7.1 * Math.log10(streetWidthM) + 7.5 * Math.log10(buildingHeightM)
  return Math.max(los, street - roofs + distance + 20 * Math.log10(link.frequencyGHz) - terminal)
}

/**
 * Probability that a rural cell is in sight.
 * @param distance2dM - horizontal distance, 0–10,000 m
 * @returns 0..1
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 table 7.4.2-1, RMa
 */
export function rmaLosProbability(distance2dM: number): number {
  within('distance2dM', distance2dM, { min: 0, max: RMA_RANGE.distance2dM.max })
  return distance2dM <= 10 ? 1 : Math.exp(-(distance2dM - 10) / 1_000)
}

/** PL1 of RMa as a function of the slant distance. */
function nearDb(distanceM: number, frequencyGHz: number, buildingHeightM: number): number {
  const clutter = buildingHeightM ** 1.72
  return (
    20 * Math.log10((40 * Math.PI * distanceM * frequencyGHz) / 3) +
    Math.min(0.03 * clutter, 10) * Math.log10(distanceM) -
    Math.min(0.044 * clutter, 14.77) +
    0.002 * Math.log10(buildingHeightM) * distanceM
  )
}

function checkAround(around: RuralSurroundings): void {
  within('buildingHeightM', around.buildingHeightM, SURROUNDINGS_M)
  within('streetWidthM', around.streetWidthM, SURROUNDINGS_M)
}
