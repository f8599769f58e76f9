import { defined, type Measured, ROUNDING, type Rounding, undefinedBecause } from '../codes.js'
import { type FlowRow, lineAmounts, statedFlows } from './cash.js'
import { ratioPpm } from './money.js'
import { netPresentValue, RATE_SCALE } from './npv.js'
import type { BusinessCase } from './types.js'

/** Amounts of one period, millionths of the currency unit. */
export interface PeriodRow extends FlowRow {
  readonly period: number
  readonly users: bigint
  readonly sharers: bigint
  readonly net: bigint
  readonly cumulative: bigint
}

/** Return in both conventions: 1000000n is 1, or 100 % (VAL-15). */
export interface Return {
  /** The paper's: value / cost. 1 means that cost is just covered. */
  readonly valueOverCost: bigint
  /** The bookkeeper's: (value − cost) / cost. 0 means that cost is just covered. */
  readonly gainOverCost: bigint
  readonly rounding: Rounding
}

/** First period, counted from 0, at whose end the sum so far is 0 or more. */
export interface BreakEven {
  readonly period?: number
  /** It never falls below 0 again within the case. */
  readonly lasting: boolean
}

/** M1: direct value may not cover cost at first; with scale the case turns positive. */
export interface OrderingM1 {
  readonly directShortAtFirst: boolean
  readonly positiveWithScale: boolean
  readonly holds: boolean
}

export interface RoiReport {
  readonly name: string
  readonly illustrative: boolean
  readonly currency: string
  readonly unit: 'millionth of the currency unit'
  readonly period: string
  readonly rows: readonly PeriodRow[]
  /** Each line over all periods. */
  readonly lines: readonly { readonly group: string; readonly id: string; readonly total: bigint }[]
  readonly total: FlowRow & { readonly net: bigint }
  readonly presentValue: FlowRow & { readonly net: bigint }
  readonly roi: Measured<Return>
  /** Direct value alone, without what may come indirectly. */
  readonly roiDirect: Measured<Return>
  readonly roiDiscounted: Measured<Return>
  readonly npv: bigint
  readonly breakEven: BreakEven
  readonly breakEvenDiscounted: BreakEven
  readonly m1: OrderingM1
  readonly rounding: { readonly sums: Rounding; readonly presentValues: Rounding; readonly people?: Rounding }
}

/** Cash flow, return, net present value and break-even of a case. Same input, same report, to the last digit. */
export function reportCase(given: BusinessCase): RoiReport {
  const flows = statedFlows(given)
  const rows = rowsOf(given, flows)
  const rate = given.discountPpm * (RATE_SCALE / 1_000_000n)
  const sums = (of: (values: bigint[]) => bigint) => totals(flows, of)
  const total = sums(values => values.reduce((sum, value) => sum + value, 0n))
  const presentValue = sums(values => netPresentValue(values, rate))
  const discounted = rows.map((_, last) =>
    netPresentValue(
      rows.slice(0, last + 1).map(row => row.net),
      rate,
    ),
  )
  return {
    name: given.name,
    illustrative: given.illustrative,
    currency: given.currency,
    unit: 'millionth of the currency unit',
    period: given.period,
    rows,
    lines: given.lines.map(line => ({
      group: line.group,
      id: line.id,
      total: lineAmounts(given, line).reduce((sum, amount) => sum + amount, 0n),
    })),
    total,
    presentValue,
    roi: returnOf(total.direct + total.indirect, total.cost),
    roiDirect: returnOf(total.direct, total.cost),
    roiDiscounted: returnOf(presentValue.direct + presentValue.indirect, presentValue.cost),
    npv: presentValue.net,
    breakEven: breakEvenOf(rows.map(row => row.cumulative)),
    breakEvenDiscounted: breakEvenOf(discounted),
    m1: m1Of(rows),
    rounding: {
      sums: ROUNDING.sum,
      presentValues: ROUNDING.money,
      ...(given.growth === undefined ? {} : { people: ROUNDING.people }),
    },
  }
}

function rowsOf(given: BusinessCase, flows: readonly FlowRow[]): PeriodRow[] {
  let cumulative = 0n
  return flows.map((flow, period) => {
    const net = flow.direct + flow.indirect - flow.cost
    cumulative += net
    return {
      period,
      users: given.users[period] ?? 0n,
      sharers: given.sharers[period] ?? 0n,
      ...flow,
      net,
      cumulative,
    }
  })
}

function totals(flows: readonly FlowRow[], of: (values: bigint[]) => bigint): FlowRow & { net: bigint } {
  return {
    cost: of(flows.map(flow => flow.cost)),
    direct: of(flows.map(flow => flow.direct)),
    indirect: of(flows.map(flow => flow.indirect)),
    net: of(flows.map(flow => flow.direct + flow.indirect - flow.cost)),
  }
}

function returnOf(value: bigint, cost: bigint): Measured<Return> {
  if (cost === 0n) return undefinedBecause('COST_ZERO')
  return defined({
    valueOverCost: ratioPpm(value, cost),
    gainOverCost: ratioPpm(value - cost, cost),
    rounding: ROUNDING.ratio,
  })
}

function breakEvenOf(cumulative: readonly bigint[]): BreakEven {
  const period = cumulative.findIndex(sum => sum >= 0n)
  if (period < 0) return { lasting: false }
  return { period, lasting: cumulative.slice(period).every(sum => sum >= 0n) }
}

function m1Of(rows: readonly PeriodRow[]): OrderingM1 {
  const [first, last] = [rows[0], rows.at(-1)]
  const directShortAtFirst = first !== undefined && first.direct < first.cost
  const positiveWithScale = last !== undefined && last.net > 0n && last.cumulative > 0n && last.direct >= last.cost
  return { directShortAtFirst, positiveWithScale, holds: directShortAtFirst && positiveWithScale }
}
