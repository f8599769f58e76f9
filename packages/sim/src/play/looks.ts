import { type Association, associate, indexPlaces, wallLossDb } from '@conet/core/pran'
import { hashUniform } from '@conet/core/pran/random'
import { type Radio, type Standing, subSeed } from '../radio/index.js'
import type { Scenario } from '../scenario/types.js'
import type { Terminals } from './terminals.js'
import type { CoveragePoint } from './types.js'

/** Median depth indoors: the smaller of two uniform draws over 25 m (TR 38.901 clause 7.4.3.1). */
const MEDIAN_DEPTH_M = 25 * (1 - Math.SQRT1_2)
/** Where nothing is heard, maps show this. */
export const NO_SINR_DB = -40

/** Imagined terminals on a grid, for maps. */
export interface Pixels extends Standing {
  readonly columns: number
  readonly rows: number
}

export function createPixels({ area, map, radio }: Scenario, walls: Radio['walls']): Pixels {
  const rows = Math.max(1, Math.round((map.columns * area.heightM) / area.widthM))
  const count = map.columns * rows
  const xM = Float64Array.from({ length: count }, (_, i) => (((i % map.columns) + 0.5) * area.widthM) / map.columns)
  const yM = Float64Array.from({ length: count }, (_, i) => ((Math.floor(i / map.columns) + 0.5) * area.heightM) / rows)
  const indoors = Uint8Array.from(xM, (x, i) => {
    return (walls.count > 0 ? walls.inside(x, yM[i] ?? 0) : map.indoors) ? 1 : 0
  })
  const entry = radio.model === 'inh' ? 0 : wallLossDb(radio.frequencyGHz, radio.building) + 0.5 * MEDIAN_DEPTH_M
  return { columns: map.columns, rows, xM, yM, indoors, entryDb: Float64Array.from(indoors, inside => inside * entry) }
}

/**
 * What everyone, and every pixel, could get now if they asked alone: terminals come first, pixels after them. Places in sharers
 * are not counted, so it is reach and not load.
 */
export function look(radio: Radio, terminals: Terminals, pixels: Pixels, shares: Uint8Array): Association {
  const both = join(terminals, pixels)
  const sharing = new Uint8Array(both.xM.length)
  sharing.set(shares)
  return associate(radio.step(both, sharing, { slots: 1_000 }))
}

function join(one: Standing, other: Standing): Standing {
  const floats = (a: Float64Array, b: Float64Array) => {
    const all = new Float64Array(a.length + b.length)
    all.set(a)
    all.set(b, a.length)
    return all
  }
  const indoors = new Uint8Array(one.indoors.length + other.indoors.length)
  indoors.set(one.indoors)
  indoors.set(other.indoors, one.indoors.length)
  return {
    xM: floats(one.xM, other.xM),
    yM: floats(one.yM, other.yM),
    indoors,
    entryDb: floats(one.entryDb, other.entryDb),
  }
}

/** Shares of all owners for which coverage is measured. */
const STEPS = [0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1]

/**
 * Measured cov(S): with so many of the owners sharing, whoever has service itself and stands in the window of levels, who hears
 * one? Each set contains the smaller ones.
 */
export function coverageBySharers(
  scenario: Scenario,
  radio: Radio,
  terminals: Terminals,
  cells: Pick<Association, 'cellMbps' | 'rsrpDbm'>,
  seed: number,
): CoveragePoint[] {
  const { lowDbm, highDbm, serviceMbps } = scenario.relay
  const order = [...terminals.owner.keys()]
    .filter(i => terminals.owner[i] === 1)
    .map(i => ({ i, luck: hashUniform(subSeed(seed, 50, 0), i, 0) }))
    .sort((a, b) => a.luck - b.luck)
    .map(({ i }) => i)
  const counts = [...new Set(STEPS.map(step => Math.round(step * order.length)))]
  return counts.map(sharers => {
    const useful = order.slice(0, sharers).filter(i => {
      const rsrp = (cells.rsrpDbm[i] ?? -Infinity) - radio.rsrpOffsetDb
      return (cells.cellMbps[i] ?? 0) >= serviceMbps && rsrp >= lowDbm && rsrp <= highDbm
    })
    return { sharers, ...reachOf(scenario, radio, terminals, cells.cellMbps, Int32Array.from(useful)) }
  })
}

function reachOf(
  { direct, relay }: Scenario,
  radio: Radio,
  terminals: Terminals,
  cellMbps: Float64Array,
  sharers: Int32Array,
): { reach: number; served: number } {
  const index = indexPlaces(terminals, sharers)
  let [reached, served] = [0, 0]
  for (let i = 0; i < terminals.count; i++) {
    const near = index.find(terminals.xM[i] ?? 0, terminals.yM[i] ?? 0, relay.tried + 1, direct.rangeM)
    let heard = false
    for (let j = 0; j < near.count && !heard; j++) {
      const sharer = near.ids[j] ?? i
      if (sharer === i) continue
      const level = radio.directDbm(terminals, i, sharer, Math.sqrt(near.squaredM[j] ?? 0))
      heard = level >= direct.heardDbm && radio.direct.rateMbps(level) >= relay.serviceMbps
    }
    if (heard) reached++
    if (heard || (cellMbps[i] ?? 0) >= relay.serviceMbps) served++
  }
  return { reach: reached / terminals.count, served: served / terminals.count }
}
