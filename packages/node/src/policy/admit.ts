import { ok, type Result, reject } from '@conet/core/errors'
import type { Bytes, Did, UnixMillis } from '@conet/core/units'
import type { PolicyCode } from './codes.js'
import { viewHours } from './hours.js'
import type { Policy, PolicyPrices } from './schema.js'

/** What the provider knows about a request at the moment it decides. */
export interface RequestContext {
  readonly client: Did
  /** The owner's own key of the offer. */
  readonly offerKey: string
  readonly nowMs: UnixMillis
  readonly openSessions: number
  /** Bytes carried for strangers since the owner's local midnight. */
  readonly bytesToday: Bytes
}

/** Bounds that an admitted session keeps to. */
export interface PolicyGrant {
  /** End of the owner's hours; `undefined` without end. */
  readonly untilMs: UnixMillis | undefined
  /** Left of the day's bytes; `undefined` without limit. */
  readonly bytesLeft: Bytes | undefined
  /** Most bytes of one session in a second; `undefined` without limit. */
  readonly bytesPerSecond: number | undefined
}

function listed(policy: Policy, context: RequestContext): PolicyCode | undefined {
  if (!policy.sharing) return 'POLICY_OFF'
  if (!sharesOffer(policy, context.offerKey)) return 'POLICY_OFFER'
  if (policy.deny.includes(context.client)) return 'POLICY_DENIED'
  if (policy.allow.length > 0 && !policy.allow.includes(context.client)) return 'POLICY_NOT_ALLOWED'
  return undefined
}

/**
 * Decides whether the owner lets a client in. Pure: the same policy and context give the same answer.
 *
 * @returns the bounds of the session, or a code of `POLICY_CODES`; deny wins over allow
 */
export function admit(policy: Policy, context: RequestContext): Result<PolicyGrant, PolicyCode> {
  const code = listed(policy, context)
  if (code !== undefined) return reject(code, { client: context.client, offer: context.offerKey })
  const hours = viewHours(policy.hours, context.nowMs)
  if (!hours.open) return reject('POLICY_HOURS', { opensInMinutes: hours.opensInMinutes })
  const { maxSessions, maxBytesPerDay, maxBytesPerSecond } = policy.limits
  if (context.openSessions >= maxSessions)
    return reject('POLICY_FULL', { sessions: context.openSessions, max: maxSessions })
  const bytesLeft = maxBytesPerDay === undefined ? undefined : BigInt(maxBytesPerDay) - context.bytesToday
  if (bytesLeft !== undefined && bytesLeft <= 0n) return reject('POLICY_DAY_USED', { bytes: context.bytesToday })
  const bytesPerSecond = maxBytesPerSecond === undefined ? undefined : Number(maxBytesPerSecond)
  return ok({ untilMs: hours.untilMs, bytesLeft, bytesPerSecond })
}

/** Whether the owner shares the offer with this key at all now. */
export function sharesOffer(policy: Policy, offerKey: string): boolean {
  return policy.sharing && (policy.offers.includes('*') || policy.offers.includes(offerKey))
}

/** Prices that the policy sets for an offer; `undefined` leaves those of the configuration. */
export function priceOf(policy: Pick<Policy, 'prices'>, offerKey: string): PolicyPrices | undefined {
  return policy.prices[offerKey] ?? policy.prices['*']
}
