import type { Amount, Millis, UnixMillis } from '@conet/core/units'

/** When a promise becomes a settlement. Every session settles at its close whatever stands here. */
export interface SettlePolicy {
  /** After every paid round (the paper's way). */
  readonly everyRound: boolean
  /** As soon as this much is promised and not settled; `undefined` never for value alone. */
  readonly aboveAmount: Amount | undefined
  /** As soon as the oldest promise is this old. */
  readonly afterMs: Millis
  /** An escrow is settled this long before it expires. */
  readonly escrowMarginMs: Millis
  /** More than this unsettled in total: no new session, and running ones end with their paid time. */
  readonly maxUnsettled: Amount
}

export const DEFAULT_SETTLE_POLICY: SettlePolicy = {
  everyRound: false,
  // 1 credit: a fee on settling, if the ledger takes one, stays small against it (peers 6).
  aboveAmount: 1_000_000n,
  afterMs: 60_000,
  escrowMarginMs: 300_000,
  // 10,000 credits.
  maxUnsettled: 10_000_000_000n,
}

/** What is known about one session's promise. */
export interface Standing {
  readonly promised: Amount
  readonly settled: Amount
  /** When the oldest unsettled promise was stored. */
  readonly since: UnixMillis
  /** The session is over. */
  readonly closed: boolean
  readonly escrowUntil: UnixMillis | undefined
}

/** Whether a promise should be settled now. Pure. */
export function isDue(standing: Standing, policy: SettlePolicy, now: UnixMillis): boolean {
  const open = standing.promised - standing.settled
  if (open <= 0n) return false
  if (standing.closed || policy.everyRound) return true
  if (policy.aboveAmount !== undefined && open >= policy.aboveAmount) return true
  if (now - standing.since >= policy.afterMs) return true
  return standing.escrowUntil !== undefined && now >= standing.escrowUntil - policy.escrowMarginMs
}
