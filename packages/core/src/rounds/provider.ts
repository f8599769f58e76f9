import type { UnixMillis } from '../units/index.js'
import { issue, pending, raise, resend, statementAt } from './provider-statement.js'
import { beginCut, closeEffect, cutDone, end, newsSince, settleUp, suspected, takeClose } from './provider-stop.js'
import type { ProviderConfig, ProviderEvent, ProviderState, ProviderStep } from './provider-types.js'
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
import { STORE_GRACE_MS } from './timeline.js'

/**
 * Provider's side of one session, right after the grant. Open the gateway with `accessUntil` and `quota` of the result.
 *
 * @see docs/spec/rounds.md RND-2
 */
export function createProvider(config: ProviderConfig): ProviderState {
  const { grant, credit } = config
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
    quota: quotaFor(0n, credit, grant.terms.tariff),
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
  const seen = 'meter' in event && event.type !== 'cut' && state.phase === 'serving' ? metered(state, event) : state
  switch (event.type) {
    case 'voucher':
      return takeVoucher(seen, event, nowMs)
    case 'suspect':
      return suspected(seen, nowMs)
    case 'stored':
      return then(voucherStored(seen, event.hash, nowMs), next => settleUp(next, nowMs))
    case 'store-failed':
      return then(voucherNotStored(seen, event.hash), next => settleUp(next, nowMs))
    case 'half':
    case 'quota':
      return early(seen, nowMs)
    case 'time':
    case 'expired':
      return timePassed(seen, nowMs)
    case 'lost':
      return beginCut(seen, 'GATEWAY_LOST', nowMs)
    case 'attached':
      return attached(seen, nowMs)
    case 'close':
      return takeClose(seen, event.reason, event.text, nowMs)
    case 'stop':
      return beginCut(seen, event.reason, nowMs)
    case 'cut':
      return cutDone(seen, event.meter, nowMs)
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

function metered(state: ProviderState, event: Extract<ProviderEvent, { meter: unknown }>): ProviderState {
  const { bytesUp, bytesDown } = event.meter
  // Most steps of most sessions see no byte: nothing is copied for them.
  if (bytesUp === state.meter.bytesUp && bytesDown === state.meter.bytesDown) return state
  return { ...state, meter: raise(state.meter, event.meter) }
}

function then(first: ProviderStep, next: (state: ProviderState) => ProviderStep): ProviderStep {
  const second = next(first.state)
  return { state: second.state, effects: [...first.effects, ...second.effects] }
}

/** The quota is half used: a round ends on volume before it ends on time (RND-5). */
function early(state: ProviderState, nowMs: UnixMillis): ProviderStep {
  if (state.phase !== 'serving' || !newsSince(state)) return { state, effects: [] }
  return issue(state, nowMs)
}

function timePassed(state: ProviderState, nowMs: UnixMillis): ProviderStep {
  if (state.phase === 'ended') return { state, effects: [] }
  if (state.phase === 'serving') return servingTime(state, nowMs)
  if (nowMs >= (state.phaseUntil ?? nowMs))
    return state.phase === 'final' ? end(state, nowMs) : cutDone(state, state.meter, nowMs)
  return resendDue(state, nowMs)
}

function servingTime(state: ProviderState, nowMs: UnixMillis): ProviderStep {
  if (nowMs >= cutAt(state)) {
    // Whoever was never asked for this round, because this side was late, did not fail to pay it.
    const ourFault = state.storing.length > 0 || state.storeFailed || statementAt(state) !== undefined
    return beginCut(state, ourFault ? 'FAULT' : 'NOT_PAID', nowMs)
  }
  const opened = nowMs >= trialOpensAt(state) ? openTrial(state) : { state, effects: [] }
  const aged = then(opened, next => (nowMs >= settleAt(next) ? settled(next, nowMs, []) : { state: next, effects: [] }))
  const dueAt = statementAt(state)
  return then(aged, next => (dueAt !== undefined && nowMs >= dueAt ? issue(next, nowMs) : resendDue(next, nowMs)))
}

function resendDue(state: ProviderState, nowMs: UnixMillis): ProviderStep {
  return nowMs >= state.resendAt ? resend(state, nowMs) : { state, effects: [] }
}

/** A voucher that came in time is given a moment to reach the disk; nobody else is (RND-4). */
function cutAt(state: ProviderState): UnixMillis {
  return state.storing.length > 0 ? state.accessUntil + STORE_GRACE_MS : state.accessUntil
}

function settleAt(state: ProviderState): UnixMillis {
  const { afterMs } = state.config.settle
  if (afterMs === undefined || state.unsettledSince === undefined) return Infinity
  return state.unsettledSince + afterMs
}

function attached(state: ProviderState, nowMs: UnixMillis): ProviderStep {
  if (state.phase === 'ended') return { state, effects: closeEffect(state) }
  if (pending(state) !== undefined) return resend(state, nowMs)
  return { state, effects: state.stored === undefined ? [] : [ackOf(state)] }
}
