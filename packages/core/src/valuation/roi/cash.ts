import type { BusinessCase, Line, LineGroup } from './types.js'

/** A factor of 1, in millionths. */
export const ONE = 1_000_000n
/** Scale of factored flows: one factor for the line, one for the people. */
export const FLOW_SCALE = ONE * ONE

/** Factors by name; one that is absent is 1. */
export type Factors = ReadonlyMap<string, bigint>

/** No factor at all: the case as stated. */
export const UNIT_FACTORS: Factors = new Map()

/** What falls due in one period, in millionths of the currency unit times `FLOW_SCALE`. */
export type FlowRow = Readonly<Record<LineGroup, bigint>>

/** Flows per period, exact: factors multiply without rounding. */
export function factoredFlows(given: BusinessCase, factors: Factors): FlowRow[] {
  const users = factors.get('users') ?? ONE
  const sharers = factors.get('sharers') ?? ONE
  return Array.from({ length: given.periods }, (_, period) => {
    const row = { cost: 0n, direct: 0n, indirect: 0n }
    for (const line of given.lines) {
      const factor = factors.get(`${line.group}.${line.id}`) ?? ONE
      const fixed = at(line.fixed, period) * ONE
      const byUser = at(line.perUser, period) * at(given.users, period) * users
      const bySharer = at(line.perSharer, period) * at(given.sharers, period) * sharers
      row[line.group] += (fixed + byUser + bySharer) * factor
    }
    return row
  })
}

/** One line per period as stated, in millionths of the currency unit: exact. */
export function lineAmounts(given: BusinessCase, line: Line): bigint[] {
  return line.fixed.map(
    (amount, period) =>
      amount +
      at(line.perUser, period) * at(given.users, period) +
      at(line.perSharer, period) * at(given.sharers, period),
  )
}

/** Flows per period as stated, in millionths of the currency unit: exact. */
export function statedFlows(given: BusinessCase): FlowRow[] {
  return factoredFlows(given, UNIT_FACTORS).map(({ cost, direct, indirect }) => ({
    cost: cost / FLOW_SCALE,
    direct: direct / FLOW_SCALE,
    indirect: indirect / FLOW_SCALE,
  }))
}

const at = (amounts: readonly bigint[], period: number) => amounts[period] ?? 0n
