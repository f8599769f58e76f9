import type { Histogram, Maps, SeedResult, Series } from '../play/index.js'
import { NO_SINR_DB } from '../play/looks.js'
import type { Area, Scenario } from '../scenario/index.js'
import { type Estimate, estimate, meanOf, sumOf } from '../statistics/index.js'
import { rewardNote } from './reward-note.js'

/** cov(S) over seeds, with the formula it is compared with. */
export interface CoverageRow {
  readonly sharers: number
  readonly perKm2: number
  readonly reach: Estimate
  readonly served: Estimate
  /** 1 − e^(−λπr²) with the effective reach. */
  readonly formula: number
}

/** Everything that a batch of seeds shows; the content of results.json. */
export interface Summary {
  readonly version: 1
  readonly scenario: Scenario
  readonly scenarioHash: string
  readonly seeds: readonly number[]
  readonly metrics: Readonly<Record<string, Estimate>>
  /** Cumulative shares at the upper edges. */
  readonly rateCdf: Histogram
  readonly sinrCdf: { readonly edges: readonly number[]; readonly share: readonly number[] }
  /** Shares of terminals by hops; the first is without service. */
  readonly hops: { readonly without: readonly number[]; readonly with: readonly number[] }
  readonly coverage: readonly CoverageRow[]
  /** r that makes the formula meet the measured reach, least squares; `null` where nobody is reached. */
  readonly effectiveReachM: number | null
  readonly maps: Maps
  readonly series: Series
  /** Deciles of the paid sharers' income, credits. */
  readonly incomeDeciles: readonly number[]
  readonly notes: readonly string[]
}

/**
 * Brings seeds together.
 * @param results - at least one, all of one scenario; order does not matter
 */
export function summarise(scenario: Scenario, results: readonly SeedResult[]): Summary {
  const sorted = [...results].sort((a, b) => a.seed - b.seed)
  const [first] = sorted
  if (first === undefined) throw new RangeError('summarise needs at least one result')
  const effectiveReachM = fitReach(sorted, scenario.area)
  return {
    version: 1,
    scenario,
    scenarioHash: first.scenarioHash,
    seeds: sorted.map(result => result.seed),
    metrics: metricsOf(sorted),
    rateCdf: {
      edges: first.rates.edges,
      without: cumulative(sumOf(sorted.map(result => result.rates.without))),
      with: cumulative(sumOf(sorted.map(result => result.rates.with))),
    },
    sinrCdf: { edges: first.sinr.edges, share: cumulative(sumOf(sorted.map(result => result.sinr.counts))) },
    hops: {
      without: shares(sumOf(sorted.map(result => result.hops.without))),
      with: shares(sumOf(sorted.map(result => result.hops.with))),
    },
    coverage: coverageRows(sorted, scenario.area, effectiveReachM),
    effectiveReachM,
    maps: mapsOf(sorted, first.maps),
    series: seriesOf(sorted, first.series),
    incomeDeciles: deciles(sorted.flatMap(result => result.incomes)),
    notes: [...rewardNote(scenario), ...(results.length < 2 ? ['One seed only: no confidence intervals.'] : [])],
  }
}

/** Every metric, and the gain of each that has both worlds: differences are taken per seed, so that luck cancels out. */
function metricsOf(results: readonly SeedResult[]): Record<string, Estimate> {
  const names = Object.keys(results[0]?.metrics ?? {})
  const metrics = Object.fromEntries(
    names.map(
      name => [name, bounded(name, estimate(results.map(result => result.metrics[name] ?? Number.NaN)))] as const,
    ),
  )
  const pairs = names.filter(name => name.endsWith('.with')).map(name => name.slice(0, -'.with'.length))
  const gains = pairs.map(name => {
    const values = results.map(({ metrics }) => (metrics[`${name}.with`] ?? 0) - (metrics[`${name}.without`] ?? 0))
    return [`${name}.gain`, estimate(values)] as const
  })
  return { ...metrics, ...Object.fromEntries(gains) }
}

/** Figures that are shares: nothing beyond 1. */
const SHARES = /^(coverage|delivered|givenUp|noService|fairness|offload|income\.fairness|reach|served)/

/** No figure of a run is below 0, and shares end at 1: an interval that would pass them ends there. */
function bounded(name: string, one: Estimate): Estimate {
  if (one.low === null || one.high === null) return one
  const high = SHARES.test(name) ? Math.min(1, one.high) : one.high
  return { ...one, low: Math.max(0, one.low), high }
}

function coverageRows(results: readonly SeedResult[], area: Area, reachM: number | null): CoverageRow[] {
  const rows = results[0]?.coverage ?? []
  return rows.map((_, i) => {
    const at = results.flatMap(result => result.coverage[i] ?? [])
    const sharers = at.reduce((sum, point) => sum + point.sharers, 0) / at.length
    const perKm2 = (sharers * 1e6) / (area.widthM * area.heightM)
    return {
      sharers,
      perKm2,
      reach: bounded('reach', estimate(at.map(point => point.reach))),
      served: bounded('served', estimate(at.map(point => point.served))),
      formula: reachM === null ? 0 : formula(perKm2, reachM),
    }
  })
}

function formula(perKm2: number, reachM: number): number {
  return -Math.expm1(-perKm2 * 1e-6 * Math.PI * reachM * reachM)
}

/** Golden-section search for the reach with the least squared error. */
function fitReach(results: readonly SeedResult[], area: Area): number | null {
  const points = results.flatMap(result => result.coverage).filter(point => point.sharers > 0)
  if (!points.some(point => point.reach > 0)) return null
  const squareKm = (area.widthM * area.heightM) / 1e6
  const error = (reachM: number) =>
    points.reduce((sum, { sharers, reach }) => sum + (formula(sharers / squareKm, reachM) - reach) ** 2, 0)
  const ratio = (Math.sqrt(5) - 1) / 2
  let [low, high] = [0.1, Math.hypot(area.widthM, area.heightM)]
  while (high - low > 0.01) {
    const [a, b] = [high - ratio * (high - low), low + ratio * (high - low)]
    if (error(a) < error(b)) high = b
    else low = a
  }
  return Math.round(((low + high) / 2) * 10) / 10
}

function mapsOf(results: readonly SeedResult[], { columns, rows }: Maps): Maps {
  const mean = (of: (maps: Maps) => readonly number[]) => meanOf(results.map(result => of(result.maps)))
  return { columns, rows, sinrDb: meanHeard(results), without: mean(m => m.without), with: mean(m => m.with) }
}

/** Seeds in which a place heard nothing say nothing about its level. */
function meanHeard(results: readonly SeedResult[]): number[] {
  return (results[0]?.maps.sinrDb ?? []).map((_, i) => {
    const heard = results.map(({ maps }) => maps.sinrDb[i] ?? NO_SINR_DB).filter(sinr => sinr > NO_SINR_DB)
    return heard.length === 0 ? NO_SINR_DB : heard.reduce((sum, sinr) => sum + sinr, 0) / heard.length
  })
}

function seriesOf(results: readonly SeedResult[], first: Series): Series {
  const columns = Object.keys(first.columns).map(name => {
    return [name, meanOf(results.map(result => result.series.columns[name] ?? []))] as const
  })
  return { timeS: first.timeS, columns: Object.fromEntries(columns) }
}

function shares(counts: readonly number[]): number[] {
  const sum = counts.reduce((all, count) => all + count, 0)
  return counts.map(count => (sum === 0 ? 0 : count / sum))
}

function cumulative(counts: readonly number[]): number[] {
  let sum = 0
  return shares(counts).map(share => {
    sum += share
    return sum
  })
}

/** Nearest-rank deciles from the lowest to the highest; empty without values. */
function deciles(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b)
  if (sorted.length === 0) return []
  return Array.from({ length: 11 }, (_, i) => sorted[Math.max(0, Math.ceil((i / 10) * sorted.length) - 1)] ?? 0)
}
