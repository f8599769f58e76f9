import {
  INH_RANGE,
  inhLosDb,
  inhLosProbability,
  inhNlosDb,
  RMA_RANGE,
  rmaLosDb,
  rmaLosProbability,
  rmaNlosDb,
  SHADOWING,
  type Shadowing,
  UMA_RANGE,
  UMI_RANGE,
  umaLosDb,
  umaLosProbability,
  umaNlosDb,
  umiLosDb,
  umiLosProbability,
  umiNlosDb,
} from '@conet/core/pran'
import type { CellModelName } from '../scenario/types.js'
import { freeSpaceLossDb, SATELLITE_RANGE } from './satellite.js'

/** Heights in metres, the carrier in GHz. */
export interface Heights {
  readonly frequencyGHz: number
  readonly baseHeightM: number
  readonly terminalHeightM: number
}

interface Interval {
  readonly min: number
  readonly max: number
}

/** One cell model of core/pran (or a satellite link) with what it covers. */
export interface CellModel {
  /** Clause or recommendation, as error messages name it. */
  readonly source: string
  readonly frequencyGHz: Interval
  /** Shorter distances are taken as the shortest one. */
  readonly distanceM: Interval
  readonly baseHeightM: Interval
  readonly terminalHeightM: Interval
  readonly los: Shadowing
  readonly nlos: Shadowing
  /** Correlation distance of being in sight (TR 38.901 table 7.6.3.1-2). */
  readonly sightM: number
  losDb(heights: Heights, distanceM: number): number
  nlosDb(heights: Heights, distanceM: number): number
  losProbability(heights: Heights, distanceM: number): number
}

const slant = (heights: Heights, distanceM: number) =>
  Math.hypot(distanceM, heights.baseHeightM - heights.terminalHeightM)

/** Every model that a scenario may name. */
export const CELL_MODEL: Readonly<Record<CellModelName, CellModel>> = {
  uma: {
    source: 'TR 38.901 UMa',
    frequencyGHz: UMA_RANGE.frequencyGHz,
    distanceM: UMA_RANGE.distance2dM,
    baseHeightM: UMA_RANGE.baseHeightM,
    terminalHeightM: { min: UMA_RANGE.terminalHeightM.min, max: 13 },
    los: SHADOWING.umaLos,
    nlos: SHADOWING.umaNlos,
    sightM: 50,
    losDb: (heights, distance2dM) => umaLosDb({ ...heights, distance2dM }),
    nlosDb: (heights, distance2dM) => umaNlosDb({ ...heights, distance2dM }),
    losProbability: ({ terminalHeightM }, distance) => umaLosProbability(distance, terminalHeightM),
  },
  umi: {
    source: 'TR 38.901 UMi',
    frequencyGHz: UMI_RANGE.frequencyGHz,
    distanceM: UMI_RANGE.distance2dM,
    baseHeightM: UMI_RANGE.baseHeightM,
    terminalHeightM: UMI_RANGE.terminalHeightM,
    los: SHADOWING.umiLos,
    nlos: SHADOWING.umiNlos,
    sightM: 50,
    losDb: (heights, distance2dM) => umiLosDb({ ...heights, distance2dM }),
    nlosDb: (heights, distance2dM) => umiNlosDb({ ...heights, distance2dM }),
    losProbability: (_, distance) => umiLosProbability(distance),
  },
  inh: {
    source: 'TR 38.901 InH',
    frequencyGHz: INH_RANGE.frequencyGHz,
    distanceM: { min: 1, max: 145 },
    baseHeightM: { min: 1, max: 10 },
    terminalHeightM: { min: 0.5, max: 10 },
    los: SHADOWING.inhLos,
    nlos: SHADOWING.inhNlos,
    sightM: 10,
    losDb: (heights, distance) => inhLosDb(heights.frequencyGHz, Math.max(1, slant(heights, distance))),
    nlosDb: (heights, distance) => inhNlosDb(heights.frequencyGHz, Math.max(1, slant(heights, distance))),
    losProbability: (_, distance) => inhLosProbability(distance, 'mixed'),
  },
  rma: {
    source: 'TR 38.901 RMa',
    frequencyGHz: RMA_RANGE.frequencyGHz,
    distanceM: { min: RMA_RANGE.distance2dM.min, max: 5_000 },
    baseHeightM: RMA_RANGE.baseHeightM,
    terminalHeightM: RMA_RANGE.terminalHeightM,
    los: SHADOWING.rmaLos,
    nlos: SHADOWING.rmaNlos,
    sightM: 60,
    losDb: (heights, distance2dM) => rmaLosDb({ ...heights, distance2dM }),
    nlosDb: (heights, distance2dM) => rmaNlosDb({ ...heights, distance2dM }),
    losProbability: (_, distance) => rmaLosProbability(distance),
  },
  satellite: {
    source: 'TR 38.811 clause 6.6',
    ...SATELLITE_RANGE,
    // TR 38.811 table 6.6.2-3, rural, S band: about 1 dB in sight at high elevation; out of sight there is no link budget left.
    los: { sigmaDb: 1, correlationM: 50 },
    nlos: { sigmaDb: 1, correlationM: 50 },
    sightM: 50,
    losDb: ({ frequencyGHz }, distanceM) => freeSpaceLossDb(frequencyGHz, distanceM),
    nlosDb: ({ frequencyGHz }, distanceM) => freeSpaceLossDb(frequencyGHz, distanceM),
    losProbability: () => 1,
  },
}
