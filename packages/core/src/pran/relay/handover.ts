import type { Millis, UnixMillis } from '../../units/index.js'
import { NOT_NEGATIVE, within } from '../guard.js'

/** What carries a terminal's traffic. */
export const BEARERS = ['mobile', 'pran', 'wifi'] as const
export type Bearer = (typeof BEARERS)[number]

/** Expected rate over each bearer now, in Mbit/s; 0 where there is none. */
export type BearerRates = Readonly<Record<Bearer, number>>

export interface HandoverRule {
  /** Another bearer must be at least this many times as fast, ≥ 1. */
  readonly ratio: number
  /** … without a break for this long. */
  readonly timeToTriggerMs: Millis
  /** Below this rate a bearer gives no service, and is left at once. */
  readonly minimumMbps: number
}

export interface HandoverState {
  readonly bearer: Bearer | undefined
  /** Since when each other bearer has been better without a break. */
  readonly betterSince: Readonly<Partial<Record<Bearer, UnixMillis>>>
}

/** Attached to nothing yet. */
export const DETACHED: HandoverState = { bearer: undefined, betterSince: {} }

/**
 * Chooses the bearer after one measurement.
 *
 * While the serving bearer gives service, it is left only for one that has been `ratio` times faster for the whole time to
 * trigger: two chosen handovers are therefore at least that time apart, and swings shorter than it move nothing. A bearer
 * without service is left at once for the fastest one that has service.
 *
 * @param nowMs - never before the last call's
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see docs/spec/pran.md PRAN-8
 */
export function stepHandover(
  state: HandoverState,
  rates: BearerRates,
  nowMs: UnixMillis,
  rule: HandoverRule,
): HandoverState {
  check(rates, rule)
  const { bearer } = state
  if (bearer === undefined || rates[bearer] < rule.minimumMbps) {
    const rescue = fastest(BEARERS, rates)
    const found = rescue !== undefined && rates[rescue] >= rule.minimumMbps && rates[rescue] > 0
    return found ? { bearer: rescue, betterSince: {} } : { bearer, betterSince: {} }
  }
  const betterSince: Partial<Record<Bearer, UnixMillis>> = {}
  for (const other of BEARERS) {
    if (other === bearer || rates[other] <= rates[bearer] || rates[other] < rates[bearer] * rule.ratio) continue
    betterSince[other] = state.betterSince[other] ?? nowMs
  }
  const ripe = BEARERS.filter(other => {
    const since = betterSince[other]
    return since !== undefined && nowMs - since >= rule.timeToTriggerMs
  })
  const next = fastest(ripe, rates)
  return next === undefined ? { bearer, betterSince } : { bearer: next, betterSince: {} }
}

/** Ties go to the earlier of BEARERS: the licensed network first. */
function fastest(among: readonly Bearer[], rates: BearerRates): Bearer | undefined {
  return among.reduce<Bearer | undefined>(
    (best, bearer) => (best === undefined || rates[bearer] > rates[best] ? bearer : best),
    undefined,
  )
}

function check(rates: BearerRates, rule: HandoverRule): void {
  for (const bearer of BEARERS) within(bearer, rates[bearer], NOT_NEGATIVE)
  within('ratio', rule.ratio, { min: 1, max: 1_000 })
  within('timeToTriggerMs', rule.timeToTriggerMs, NOT_NEGATIVE)
  within('minimumMbps', rule.minimumMbps, NOT_NEGATIVE)
}
