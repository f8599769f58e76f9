import {
  type AssociationStep,
  LEAST_AIRTIME,
  noiseDbm,
  nrCqi,
  nrCqiEfficiency,
  relayHeard,
  WIDEST,
  wallLossDb,
} from '@conet/core/pran'
import { hashUniform } from '@conet/core/pran/random'
import type { Scenario } from '../scenario/types.js'
import { CELL_MODEL } from './cell-models.js'
import { tabulate } from './curve.js'
import { DirectLinks } from './direct.js'
import { correlatedField, type Field, normalBelow } from './field.js'
import { sighting } from './satellite.js'
import { indexWalls, type Walls } from './walls.js'

/** Who stands where, and what a cell's signal loses on the way inside. */
export interface Standing {
  readonly xM: Float64Array
  readonly yM: Float64Array
  readonly indoors: Uint8Array
  /** Loss on the way in for the cells' carrier, dB; 0 outdoors. */
  readonly entryDb: Float64Array
}

/** Nodes of all fields together: 32 MB. */
const FIELD_NODES = 8_000_000
/** A dead or hidden cell: far below every noise. */
const SILENT_DBM = -300

/** The radio of one scenario and seed; `moment` sets the clock, `step` prepares one association. */
export class Radio {
  readonly walls: Walls
  /** From received power over the band to power per resource element (RSRP): sub-carriers of 30 kHz, 98 % of the band. */
  readonly rsrpOffsetDb: number
  readonly direct: DirectLinks
  readonly noiseDbm: number
  readonly #shadows: readonly Field[]
  readonly #sights: readonly Field[]
  readonly #silent: Uint8Array
  readonly #loss: readonly [(distanceM: number) => number, (distanceM: number) => number]
  readonly #sight: (distanceM: number) => number
  readonly #powerDbm: Float64Array
  readonly #places: { readonly xM: Float64Array; readonly yM: Float64Array }
  /** Loss common to all cells, for a satellite; `undefined` on the ground. */
  #skyDb: number | undefined

  constructor(
    private readonly scenario: Scenario,
    seed: number,
  ) {
    const { radio, cells, area, direct } = scenario
    const model = CELL_MODEL[radio.model]
    const share = Math.floor(FIELD_NODES / (2 * cells.length))
    const field = (kind: number, distanceM: number) =>
      cells.map((_, i) => correlatedField(subSeed(seed, kind, i), area, distanceM, share))
    this.#shadows = field(1, model.nlos.correlationM)
    this.#sights = field(2, model.sightM)
    const curve = (of: typeof model.losDb) => this.#curve(distance => of(radio, distance))
    this.#loss = [curve(model.losDb), curve(model.nlosDb)]
    this.#sight = this.#curve(distance => model.losProbability(radio, distance))
    this.#powerDbm = Float64Array.from(cells, cell => radio.powerDbm + radio.gainDb + cell.offsetDb)
    this.#places = { xM: Float64Array.from(cells, c => c.xM), yM: Float64Array.from(cells, c => c.yM) }
    this.#silent = new Uint8Array(cells.length)
    this.noiseDbm = noiseDbm(radio.bandwidthMHz * 1e6, radio.noiseFigureDb)
    this.rsrpOffsetDb = 10 * Math.log10((radio.bandwidthMHz * 1e6 * 0.98) / 30_000)
    this.walls = indexWalls(scenario.walls, area)
    this.direct = new DirectLinks(direct, wallLossDb(direct.frequencyGHz, radio.building), subSeed(seed, 3, 0))
  }

  /** Moves cells that come and go to a moment of the scenario. */
  moment(timeS: number): void {
    const { cells, radio } = this.scenario
    cells.forEach(({ dead }, i) => {
      this.#silent[i] = dead !== undefined && timeS >= dead.fromS && timeS < dead.toS ? 1 : 0
    })
    if (radio.pass === undefined) return
    const { elevationDeg, slantM } = sighting(radio.pass, timeS)
    const seen = elevationDeg >= radio.pass.minElevationDeg
    this.#skyDb = seen ? CELL_MODEL.satellite.losDb(radio, slantM) : undefined
    this.#silent.fill(seen ? 0 : 1)
  }

  /** Power of a cell over its whole band at a terminal. */
  receivedDbm(standing: Standing, terminal: number, cell: number, distanceM: number): number {
    if (this.#silent[cell] === 1) return SILENT_DBM
    const [x, y] = [standing.xM[terminal] ?? 0, standing.yM[terminal] ?? 0]
    const model = CELL_MODEL[this.scenario.radio.model]
    const seen = this.#inSight(standing, terminal, cell, distanceM, x, y)
    const shadow = (seen ? model.los : model.nlos).sigmaDb * (this.#shadows[cell]?.at(x, y) ?? 0)
    const loss = this.#skyDb ?? (seen ? this.#loss[0](distanceM) : this.#loss[1](distanceM))
    return (this.#powerDbm[cell] ?? 0) - loss - shadow - (standing.entryDb[terminal] ?? 0)
  }

  cellRateMbps(sinrDb: number): number {
    return this.scenario.radio.bandwidthMHz * nrCqiEfficiency(nrCqi(sinrDb))
  }

  /** Rate of a direct link, 0 if the relay is not heard well enough. @param was - it is the relay already */
  heardMbps(levelDbm: number, was: boolean): number {
    const { heardDbm, hysteresisDb } = this.scenario.direct
    return relayHeard(was, levelDbm, { thresholdDbm: heardDbm, hysteresisDb }) ? this.direct.rateMbps(levelDbm) : 0
  }

  /** Level of a direct link, dBm. */
  directDbm(standing: Standing, from: number, to: number, distanceM: number): number {
    const { xM, yM, indoors } = standing
    const [ax, ay, bx, by] = [xM[from] ?? 0, yM[from] ?? 0, xM[to] ?? 0, yM[to] ?? 0]
    const walls = this.walls.count === 0 ? undefined : this.walls.crossings(ax, ay, bx, by)
    const office = this.scenario.direct.place === 'office' || this.scenario.direct.place === 'corridor'
    const indoorEnds = office
      ? Math.abs((indoors[from] ?? 0) - (indoors[to] ?? 0))
      : (indoors[from] ?? 0) + (indoors[to] ?? 0)
    return this.direct.levelDbm({ ax, ay, bx, by, distanceM, walls, indoorEnds })
  }

  /**
   * What one association is decided from.
   *
   * @param asks - 0 for terminals that want no relay now; all want one if left out
   * @param current - relay of each terminal before, −1 without: it is kept down to the bare threshold
   */
  step(
    standing: Standing,
    shares: Uint8Array,
    options: { readonly asks?: Uint8Array; readonly current?: Int32Array; readonly slots?: number } = {},
  ): AssociationStep {
    const { radio, relay, direct } = this.scenario
    const { asks, current, slots } = options
    return {
      terminals: standing,
      shares,
      cells: this.#places,
      rules: {
        cellsMeasured: Math.min(radio.cellsMeasured, 64),
        cellRangeM: radio.cellRangeM,
        noiseDbm: this.noiseDbm,
        neighbourLoad: radio.neighbourLoad,
        enoughMbps: relay.enoughMbps,
        relaysTried: relay.tried,
        directRangeM: direct.rangeM,
        maxHops: relay.maxHops,
        slots: slots ?? relay.slots,
      },
      metric: relay.medium === 'separate' ? WIDEST : LEAST_AIRTIME,
      receivedDbm: (terminal, cell, distanceM) => this.receivedDbm(standing, terminal, cell, distanceM),
      cellRateMbps: sinrDb => this.cellRateMbps(sinrDb),
      directRateMbps: (from, to, distanceM) => {
        if (asks !== undefined && asks[from] !== 1 && shares[from] !== 1) return 0
        const level = this.directDbm(standing, from, to, distanceM)
        return this.heardMbps(level, current?.[from] === to)
      },
    }
  }

  #inSight(standing: Standing, terminal: number, cell: number, distanceM: number, x: number, y: number): boolean {
    if (this.walls.count > 0) {
      const [cx, cy] = [this.#places.xM[cell] ?? 0, this.#places.yM[cell] ?? 0]
      return this.walls.crossings(cx, cy, x, y) <= (standing.indoors[terminal] ?? 0)
    }
    return normalBelow(this.#sights[cell]?.at(x, y) ?? 0) < this.#sight(distanceM)
  }

  #curve(of: (distanceM: number) => number): (distanceM: number) => number {
    const { model, cellRangeM } = this.scenario.radio
    const { min, max } = CELL_MODEL[model].distanceM
    if (model === 'satellite') return () => of(min)
    return tabulate(of, min, Math.min(max, Math.max(cellRangeM, min + 1)), 1)
  }
}

/** A seed of its own for each use, so that adding a cell does not change another's luck. */
export function subSeed(seed: number, kind: number, index: number): number {
  return Math.floor(hashUniform(seed, kind, index) * 0x1_0000_0000)
}
