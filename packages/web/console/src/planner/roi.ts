import { createRandom } from '@conet/core/pran/random'
import {
  type BreakEven,
  type Coverage,
  caseFromJson,
  formatAmount,
  formatRatio,
  type Measured,
  type Return,
  reportCase,
  simulateCase,
  tabulatedCoverage,
  tornado,
} from '@conet/core/valuation'
import type { Summary } from '@conet/sim/page'
import { type Draft, valueAt, withValue } from './draft.js'

/** An assumption that a reader may move. */
export interface Slider {
  readonly path: string
  readonly label: string
  readonly min: number
  readonly max: number
  readonly step: number
}

const slider = (path: string, label: string, min: number, max: number, step: number): Slider => ({
  path,
  label,
  min,
  max,
  step,
})

/** What the return hangs on most; a case file has more. */
export const SLIDERS: readonly Slider[] = [
  slider('growth/users/market', 'People who could use it', 100_000, 5_000_000, 50_000),
  slider('growth/sharers/market', 'People who could share', 10_000, 1_000_000, 10_000),
  slider('growth/coverage/rangeM', 'Reach of a sharer, m', 5, 150, 5),
  slider('discountRate', 'Discount rate', 0, 0.3, 0.01),
  slider('cost/incentive/perSharer', 'Reward per sharer and period', 0, 400, 5),
  slider('direct/traffic/perUser', 'Traffic value per user and period', 0, 40, 0.5),
  slider('direct/coverage/perSharer', 'Coverage value per sharer and period', 0, 400, 5),
]

/** The sliders that a case has a plain number for. */
export function slidersOf(given: Draft): Slider[] {
  return SLIDERS.filter(({ path }) => {
    const value = valueAt(given, path)
    return (typeof value === 'number' || typeof value === 'string') && Number.isFinite(Number(value))
  })
}

/** The case with one assumption moved; rates and amounts stay text, as exact decimals. */
export function withAssumption(given: Draft, path: string, value: number): Draft {
  return withValue(given, path, path.startsWith('growth/') ? value : String(value))
}

/** The case of a page: everything it shows, in millions of the currency. */
export interface RoiView {
  readonly name: string
  readonly illustrative: boolean
  readonly currency: string
  readonly period: string
  readonly rows: readonly {
    readonly period: number
    readonly users: string
    readonly sharers: string
    readonly net: number
    readonly cumulative: number
  }[]
  readonly npv: string
  readonly valueOverCost: string
  readonly gainOverCost: string
  readonly breakEven: string
  readonly breakEvenDiscounted: string
  readonly tornado: {
    readonly base: number
    readonly bars: readonly { readonly factor: string; readonly atLow: number; readonly atHigh: number }[]
  }
  /** Fifth to ninety-fifth percentile of the net present value, and the share of draws at 0 or more. */
  readonly range: string
  readonly notNegative: string
}

/** Draws of the uncertain factors: enough for two digits, quick enough to follow a slider. */
const DRAWS = 400

/** The measured share that so many sharers reach, brought from the run's area to the case's. @throws ValuationError */
export function measuredCoverage(summary: Summary, areaM2: number): Coverage {
  const points = summary.coverage.map(row => [(row.perKm2 * areaM2) / 1e6, row.reach.mean] as const)
  return tabulatedCoverage(points.filter(([sharers], i) => i === 0 || sharers > (points[i - 1]?.[0] ?? 0)))
}

/**
 * Evaluates a case.
 * @param summary - of a run whose coverage takes the place of the formula
 * @throws ValuationError with the path
 */
export function evaluateCase(given: Draft, summary: Summary | undefined): RoiView {
  const areaM2 = Number(valueAt(given, 'growth/coverage/areaM2'))
  const coverage = summary === undefined || !(areaM2 > 0) ? undefined : measuredCoverage(summary, areaM2)
  const business = caseFromJson(given, coverage)
  const report = reportCase(business)
  const swings = tornado(business)
  const simulation = simulateCase(business, createRandom(1), DRAWS)
  return {
    name: report.name,
    illustrative: report.illustrative,
    currency: report.currency,
    period: report.period,
    rows: report.rows.map(({ period, users, sharers, net, cumulative }) => ({
      period,
      users: String(users),
      sharers: String(sharers),
      net: millions(net),
      cumulative: millions(cumulative),
    })),
    npv: whole(report.npv),
    ...returns(report.roi),
    breakEven: breakEvenText(report.breakEven, report.period),
    breakEvenDiscounted: breakEvenText(report.breakEvenDiscounted, report.period),
    tornado: {
      base: millions(swings.base),
      bars: swings.bars.map(bar => ({ factor: bar.factor, atLow: millions(bar.atLow), atHigh: millions(bar.atHigh) })),
    },
    range: simulation.defined ? `${whole(simulation.p5)} to ${whole(simulation.p95)}` : simulation.text,
    notNegative: simulation.defined ? formatRatio(simulation.notNegativePpm) : simulation.text,
  }
}

function returns(roi: Measured<Return>): { valueOverCost: string; gainOverCost: string } {
  if (!roi.defined) return { valueOverCost: roi.text, gainOverCost: roi.text }
  return { valueOverCost: formatRatio(roi.valueOverCost), gainOverCost: formatRatio(roi.gainOverCost) }
}

/** For pictures only; what is shown as a figure is formatted from the exact amount. */
const millions = (millionths: bigint) => Number(millionths / 1_000_000n) / 1e6

/** Whole units with groups of three. */
function whole(millionths: bigint): string {
  const [units = '0'] = formatAmount(millionths).split('.')
  return units.replace(/\B(?=(\d{3})+$)/g, ',')
}

function breakEvenText({ period, lasting }: BreakEven, word: string): string {
  if (period === undefined) return 'not within the case'
  return `${word} ${period + 1}${lasting ? '' : ', but not for good'}`
}

/** The cash flow as a table. */
export function cashCsv(view: RoiView): string {
  const rows = view.rows.map(row => [row.period + 1, row.users, row.sharers, row.net, row.cumulative].join(','))
  return [`${view.period},users,sharers,net_million_${view.currency},sum_million_${view.currency}`, ...rows, ''].join(
    '\r\n',
  )
}
