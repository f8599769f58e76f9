import { type Association, jainIndex } from '@conet/core/pran'
import type { Scenario } from '../scenario/types.js'
import type { Backlog } from './demand.js'
import type { Flow } from './flows.js'
import { NO_SINR_DB, type Pixels } from './looks.js'
import type { RelayTotals } from './relaying.js'
import { credits } from './rewards.js'
import type { Sharers } from './sharers.js'
import type { SeedResult, World } from './types.js'

/** Rates of 0 and 0.01–10,000 Mbit/s in bins of a tenth of a decade. */
const RATE_EDGES = [0, ...Array.from({ length: 61 }, (_, i) => 10 ** (-2 + i / 10))]
/** SINR from −20 to 60 dB in bins of 2 dB; the outer bins hold what lies beyond. */
const SINR_EDGES = Array.from({ length: 41 }, (_, i) => -20 + 2 * i)

interface Sums {
  looks: number
  covered: number
  energyNj: number
  readonly rates: Float64Array
  readonly hops: number[]
}

const emptySums = (): Sums => ({
  looks: 0,
  covered: 0,
  energyNj: 0,
  rates: new Float64Array(RATE_EDGES.length),
  hops: [],
})

/** Counts everything that a run shows. */
export class Tally {
  readonly #sums: Record<World, Sums> = { without: emptySums(), with: emptySums() }
  readonly #sinr = new Float64Array(SINR_EDGES.length - 1)
  readonly #pixelSinr: Float64Array
  /** Looks at which a pixel heard a cell. */
  readonly #pixelHeard: Float64Array
  readonly #pixelCovered: Record<World, Float64Array>
  readonly #columns = new Map<string, number[]>()
  readonly #timeS: number[] = []
  relayedBytes = 0
  bytesByHops: number[] = []
  #sharerSteps = 0
  #steps = 0

  constructor(
    private readonly scenario: Scenario,
    private readonly pixels: Pixels,
  ) {
    const count = pixels.xM.length
    this.#pixelSinr = new Float64Array(count)
    this.#pixelHeard = new Float64Array(count)
    this.#pixelCovered = { without: new Float64Array(count), with: new Float64Array(count) }
  }

  /** Rates that users get in one step: 0 for those without a flow. */
  rates(world: World, users: readonly number[], flows: readonly Flow[]): void {
    const { rates } = this.#sums[world]
    for (const { rateMbps } of flows) {
      const bin = binOf(RATE_EDGES, rateMbps)
      rates[bin] = (rates[bin] ?? 0) + 1
    }
    rates[0] = (rates[0] ?? 0) + users.length - flows.length
  }

  energy(world: World, nanojoules: number): void {
    this.#sums[world].energyNj += nanojoules
  }

  relayed(flow: Flow, bytes: number): void {
    const hops = flow.path.length
    this.relayedBytes += bytes
    this.bytesByHops[hops] = (this.bytesByHops[hops] ?? 0) + bytes
  }

  step(sharersActive: number): void {
    this.#steps++
    this.#sharerSteps += sharersActive
  }

  /** A look at everyone and at every pixel. @param more - further columns of the course */
  look(timeS: number, association: Association, terminals: number, more: Readonly<Record<string, number>>): void {
    const least = this.scenario.relay.serviceMbps
    const covered = { without: 0, with: 0 }
    for (let i = 0; i < terminals; i++) {
      const alone = (association.cellMbps[i] ?? 0) >= least
      const both = (association.rateMbps[i] ?? 0) >= least
      if (alone) covered.without++
      if (both) covered.with++
      bump(this.#sums.without.hops, alone ? 1 : 0)
      bump(this.#sums.with.hops, both ? (association.hops[i] ?? 0) : 0)
      const bin = binOf(SINR_EDGES, association.sinrDb[i] ?? NO_SINR_DB)
      this.#sinr[bin] = (this.#sinr[bin] ?? 0) + 1
    }
    for (const world of ['without', 'with'] as const) {
      this.#sums[world].looks += terminals
      this.#sums[world].covered += covered[world]
    }
    this.#lookAtPixels(association, terminals, least)
    this.#timeS.push(timeS)
    const columns = { coverageWithout: covered.without / terminals, coverageWith: covered.with / terminals, ...more }
    for (const [name, value] of Object.entries(columns)) {
      this.#columns.set(name, [...(this.#columns.get(name) ?? []), value])
    }
  }

  #lookAtPixels(association: Association, first: number, least: number): void {
    for (let p = 0; p < this.#pixelSinr.length; p++) {
      const i = first + p
      const sinr = association.sinrDb[i] ?? NO_SINR_DB
      if (sinr > NO_SINR_DB) {
        this.#pixelSinr[p] = (this.#pixelSinr[p] ?? 0) + sinr
        this.#pixelHeard[p] = (this.#pixelHeard[p] ?? 0) + 1
      }
      const { without, with: together } = this.#pixelCovered
      if ((association.cellMbps[i] ?? 0) >= least) without[p] = (without[p] ?? 0) + 1
      if ((association.rateMbps[i] ?? 0) >= least) together[p] = (together[p] ?? 0) + 1
    }
  }

  /** Everything as plain JSON. */
  result(
    worlds: Readonly<Record<World, Backlog>>,
    sharers: Sharers,
    relay: RelayTotals,
    relayChanges: number,
    pool: { readonly left: bigint; readonly paid: bigint },
  ): Omit<SeedResult, 'version' | 'scenario' | 'scenarioHash' | 'seed' | 'coverage'> {
    const looks = Math.max(1, this.#timeS.length)
    const incomes = [...sharers.owners].map(i => sharers.earned[i] ?? 0).filter(earned => earned > 0)
    incomes.sort((a, b) => a - b)
    const per = (values: Float64Array, digits: number) => Array.from(values, value => rounded(value / looks, digits))
    return {
      metrics: {
        ...this.#worldMetrics('without', worlds.without),
        ...this.#worldMetrics('with', worlds.with),
        ...this.#relayMetrics(worlds.with, relay),
        ...incomeMetrics(incomes, sharers.owners.length),
        'relay.changes': relayChanges,
        'sharers.activeMean': this.#sharerSteps / Math.max(1, this.#steps),
        'money.poolLeft': credits(pool.left),
        'money.poolPaid': credits(pool.paid),
        'money.fees': credits(relay.fees),
      },
      rates: { edges: RATE_EDGES, without: [...this.#sums.without.rates], with: [...this.#sums.with.rates] },
      sinr: { edges: SINR_EDGES, counts: [...this.#sinr] },
      hops: { without: filled(this.#sums.without.hops), with: filled(this.#sums.with.hops) },
      maps: {
        columns: this.pixels.columns,
        rows: this.pixels.rows,
        sinrDb: Array.from(this.#pixelSinr, (sum, p) => meanLevel(sum, this.#pixelHeard[p] ?? 0)),
        without: per(this.#pixelCovered.without, 3),
        with: per(this.#pixelCovered.with, 3),
      },
      series: { timeS: this.#timeS, columns: Object.fromEntries(this.#columns) },
      incomes,
      ledger: relay.books,
    }
  }

  #worldMetrics(world: World, backlog: Backlog): Record<string, number> {
    const sums = this.#sums[world]
    const delivered = backlog.delivered.reduce((sum, bytes) => sum + bytes, 0)
    const rates = [...backlog.wantedS.keys()]
      .filter(i => (backlog.wantedS[i] ?? 0) > 0)
      .map(i => ((backlog.delivered[i] ?? 0) * 8e-6) / (backlog.wantedS[i] ?? 1))
    const flows = sums.rates.reduce((sum, count) => sum + count, 0)
    return {
      [`coverage.${world}`]: sums.covered / Math.max(1, sums.looks),
      [`delivered.${world}`]: delivered / Math.max(1, backlog.offered),
      [`givenUp.${world}`]: backlog.givenUp / Math.max(1, backlog.offered),
      [`rateMean.${world}`]: rates.reduce((sum, rate) => sum + rate, 0) / Math.max(1, rates.length),
      [`noService.${world}`]: (sums.rates[0] ?? 0) / Math.max(1, flows),
      [`fairness.${world}`]: jainIndex(rates),
      [`energyNjPerBit.${world}`]: delivered === 0 ? 0 : sums.energyNj / (delivered * 8),
    }
  }

  #relayMetrics(backlog: Backlog, relay: RelayTotals): Record<string, number> {
    const delivered = backlog.delivered.reduce((sum, bytes) => sum + bytes, 0)
    const hopBytes = this.bytesByHops.reduce((sum, bytes, hops) => sum + (bytes ?? 0) * hops, 0)
    return {
      offload: delivered === 0 ? 0 : this.relayedBytes / delivered,
      'relay.meanHops': this.relayedBytes === 0 ? 0 : hopBytes / this.relayedBytes,
      'relay.sessions': relay.sessions,
      'relay.paidRounds': relay.paidRounds,
      'relay.failed': relay.failed,
      'relay.disputes': relay.disputes,
    }
  }
}

function incomeMetrics(incomes: readonly number[], owners: number): Record<string, number> {
  return {
    'sharers.owners': owners,
    'sharers.paid': incomes.length,
    'income.mean': incomes.length === 0 ? 0 : incomes.reduce((sum, one) => sum + one, 0) / incomes.length,
    'income.median': incomes[incomes.length >> 1] ?? 0,
    'income.fairness': jainIndex(incomes),
  }
}

/** Bin of a value: the last whose lower edge it reaches; the first for everything below. */
function binOf(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length - 2]
  if (edges.length === RATE_EDGES.length) high = edges.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((edges[middle] ?? Infinity) <= value) low = middle
    else high = middle - 1
  }
  return low
}

function bump(counts: number[], at: number): void {
  while (counts.length <= at) counts.push(0)
  counts[at] = (counts[at] ?? 0) + 1
}

function filled(counts: readonly number[]): number[] {
  return Array.from(counts, count => count ?? 0)
}

/** Mean over the looks that heard something. */
function meanLevel(sum: number, heard: number): number {
  return heard === 0 ? NO_SINR_DB : rounded(sum / heard, 1)
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
