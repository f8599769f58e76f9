import type { Hash, UnixMillis } from '../units/index.js'
import { checkStored, isForged } from './provider-check.js'
import { issue, pending, raise, resend, statementAt, total } from './provider-statement.js'
import { beginCut, closeEffect, cutDone, end, newsSince, settleUp, suspected, takeClose } from './provider-stop.js'
import type {
  ProviderConfig,
  ProviderDraft,
  ProviderEffect,
  ProviderEvent,
  ProviderState,
  ProviderStep,
} from './provider-types.js'
import {
  ackOf,
  openTrial,
  settled,
  takeVoucher,
  trialOpensAt,
  voucherNotStored,
  voucherStored,
} from './provider-voucher.js'
import { quotaFor } from './risk.js'
import { COUNT_AGE_MS, LATE_ASK_MS, LATEST_ASK_MS, STORE_GRACE_MS } from './timeline.js'
import type { Count } from './types.js'

/**
 * Provider's side of one session, right after the grant. Open the gateway with `accessUntil` and `quota` of the result.
 *
 * @see docs/spec/rounds.md RND-2
 */
export function createProvider(config: ProviderConfig): ProviderState {
  const { grant, credit } = config
  const quota = quotaFor(0n, credit, grant.terms.tariff)
  return {
    config,
    phase: 'serving',
    round: 0,
    open: [],
    storing: [],
    stored: undefined,
    verified: undefined,
    checks: 0,
    checkedAt: grant.at,
    checkedRounds: 0,
    untilCheck: 1,
    draw: (config.defer?.secret ?? 0) >>> 0,
    paidRounds: 0,
    credit,
    accessUntil: grant.accessUntil,
    gatewayUntil: grant.accessUntil,
    quota,
    ceiling: quota,
    fellAt: grant.at,
    meter: { bytesUp: 0n, bytesDown: 0n },
    resendAt: grant.at,
    settling: 0n,
    unsettledSince: undefined,
    storeFailed: false,
    reason: undefined,
    phaseUntil: undefined,
    closeText: undefined,
  }
}

/**
 * One step of the provider's machine: pure, total, and harmless for messages that are repeated, late or out of order.
 *
 * @param nowMs - provider's clock, never running backwards
 * @returns the next state, and what to do in order
 */
export function stepProvider(state: ProviderState, event: ProviderEvent, nowMs: UnixMillis): ProviderStep {
  const next: ProviderDraft = { ...state }
  return { state: next, effects: driveProvider(next, event, nowMs) }
}

/**
 * The same step on a state that only the caller holds: it is changed in place. Ten thousand sessions take ten thousand steps a
 * second; a copy of each would only be work for the collector.
 *
 * @returns what to do in order
 */
export function driveProvider(
  state: ProviderDraft,
  event: ProviderEvent,
  nowMs: UnixMillis,
): readonly ProviderEffect[] {
  if ('meter' in event && event.type !== 'cut' && state.phase === 'serving') read(state, event.meter, nowMs)
  return react(state, event, nowMs)
}

function react(state: ProviderDraft, event: ProviderEvent, nowMs: UnixMillis): readonly ProviderEffect[] {
  switch (event.type) {
    case 'voucher':
      return takeVoucher(state, event, nowMs)
    case 'suspect':
      return suspected(state, nowMs)
    case 'stored':
      return stored(state, event.hash, nowMs)
    case 'store-failed':
      return [...voucherNotStored(state, event.hash), ...settleUp(state, nowMs)]
    case 'half':
    case 'quota':
      return early(state, nowMs)
    case 'time':
      return timePassed(state, nowMs)
    case 'expired':
      return expired(state, nowMs)
    case 'lost':
      return beginCut(state, 'GATEWAY_LOST', nowMs)
    case 'attached':
      return attached(state, nowMs)
    case 'close':
      return takeClose(state, event.reason, event.text, nowMs)
    case 'stop':
      return beginCut(state, event.reason, nowMs)
    case 'cut':
      return cutDone(state, event.meter, nowMs)
  }
}

/**
 * When the machine wants a `time` event next, if nothing else happens before.
 *
 * @returns a moment of the provider's clock, `undefined` once the session has ended
 */
export function nextProviderDeadline(state: ProviderState): UnixMillis | undefined {
  if (state.phase === 'ended') return undefined
  const resendAt = pending(state) === undefined ? Infinity : state.resendAt
  if (state.phase !== 'serving') return Math.min(state.phaseUntil ?? Infinity, resendAt)
  return Math.min(cutAt(state), statementAt(state) ?? Infinity, resendAt, settleAt(state), trialOpensAt(state))
}

function read(state: ProviderDraft, seen: Count, nowMs: UnixMillis): void {
  const before = state.meter
  state.meter = metered(state, seen)
  if (state.meter === before && state.ceiling === state.quota) return
  const passed = total(state.meter)
  const most = passed > state.quota ? passed : state.quota
  if (most > state.ceiling || nowMs - state.fellAt >= COUNT_AGE_MS) state.ceiling = most
}

/** Most steps of most sessions see no byte: nothing is made for them. */
function metered(state: ProviderState, seen: Count): Count {
  const { bytesUp, bytesDown } = state.meter
  return bytesUp === seen.bytesUp && bytesDown === seen.bytesDown ? state.meter : raise(state.meter, seen)
}

/** Access rests on what is stored; a signature that was put off is looked at first if the extension could pass the stated risk. */
function stored(state: ProviderDraft, hash: Hash, nowMs: UnixMillis): ProviderEffect[] {
  const looked = checkStored(state, hash)
  if (isForged(looked)) return [...looked, ...beginCut(state, 'VOUCHER_FORGED', nowMs)]
  return [...voucherStored(state, hash, nowMs), ...settleUp(state, nowMs)]
}

/** The quota is half used: a round ends on volume before it ends on time (RND-5). */
function early(state: ProviderDraft, nowMs: UnixMillis): ProviderEffect[] {
  return state.phase === 'serving' && newsSince(state) ? [issue(state, nowMs)] : []
}

function timePassed(state: ProviderDraft, nowMs: UnixMillis): ProviderEffect[] {
  if (state.phase === 'ended') return []
  if (state.phase === 'serving') return servingTime(state, nowMs)
  if (nowMs < (state.phaseUntil ?? nowMs)) return resendDue(state, nowMs)
  return state.phase === 'final' ? end(state, nowMs) : cutDone(state, state.meter, nowMs)
}

function servingTime(state: ProviderDraft, nowMs: UnixMillis): ProviderEffect[] {
  const dueAt = statementAt(state)
  const askLate = dueAt !== undefined && nowMs >= dueAt && nowMs < state.accessUntil + LATEST_ASK_MS
  if (nowMs >= cutAt(state) && !askLate) {
    return beginCut(state, isOurFault(state) ? 'FAULT' : 'NOT_PAID', nowMs)
  }
  const effects: ProviderEffect[] = []
  if (nowMs >= trialOpensAt(state)) effects.push(openTrial(state))
  if (nowMs >= settleAt(state)) effects.push(...settled(state, nowMs))
  // Asked after the end: the gateway is told to hold the flows for the answer, and lets nothing pass.
  if (askLate && nowMs >= state.accessUntil) effects.push(openTrial(state))
  if (dueAt !== undefined && nowMs >= dueAt) effects.push(issue(state, nowMs))
  else effects.push(...resendDue(state, nowMs))
  return effects
}

/** Whoever was never asked for this round, or too late, because this side had to wait, did not fail to pay it. */
function isOurFault(state: ProviderState): boolean {
  const askedLate = (pending(state)?.payload.at ?? 0) >= state.accessUntil
  return state.storing.length > 0 || state.storeFailed || statementAt(state) !== undefined || askedLate
}

/** The gateway has cut the session itself: nobody is asked for a round that can no longer be served. */
function expired(state: ProviderDraft, nowMs: UnixMillis): ProviderEffect[] {
  const over = state.phase === 'serving' && nowMs >= state.accessUntil && state.storing.length === 0
  return over ? beginCut(state, isOurFault(state) ? 'FAULT' : 'NOT_PAID', nowMs) : timePassed(state, nowMs)
}

function resendDue(state: ProviderDraft, nowMs: UnixMillis): ProviderEffect[] {
  return nowMs >= state.resendAt ? resend(state, nowMs) : []
}

/** A voucher that came in time is given a moment to reach the disk; nobody else is (RND-4). */
function cutAt(state: ProviderState): UnixMillis {
  if (state.storing.length > 0) return state.accessUntil + STORE_GRACE_MS
  const asked = pending(state)?.payload.at ?? 0
  return asked >= state.accessUntil ? asked + LATE_ASK_MS : state.accessUntil
}

function settleAt(state: ProviderState): UnixMillis {
  const { afterMs } = state.config.settle
  if (afterMs === undefined || state.unsettledSince === undefined) return Infinity
  return state.unsettledSince + afterMs
}

function attached(state: ProviderDraft, nowMs: UnixMillis): ProviderEffect[] {
  if (state.phase === 'ended') return closeEffect(state)
  if (pending(state) !== undefined) return resend(state, nowMs)
  return state.stored === undefined ? [] : [ackOf(state)]
}
