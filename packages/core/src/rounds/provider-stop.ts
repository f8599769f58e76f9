import type { UnixMillis } from '../units/index.js'
import { checkHeld, isForged } from './provider-check.js'
import { accepted, issue, owedFor, paidElapsed, pending, raise, total } from './provider-statement.js'
import type { ProviderDraft, ProviderEffect, ProviderState } from './provider-types.js'
import { CUT_WAIT_MS, FINAL_MS } from './timeline.js'
import type { CloseReason, Count } from './types.js'

/** Reasons a client may give; anything else is a plain end. */
const CLIENT_REASONS: readonly CloseReason[] = ['CLIENT_DONE', 'METER_DISPUTE', 'GATEWAY_LOST', 'FAULT']

/** Begins to stop: first no byte passes any more, then the last statement is made from the final count (RND-10). */
export function beginCut(state: ProviderDraft, reason: CloseReason, nowMs: UnixMillis): ProviderEffect[] {
  if (state.phase !== 'serving') return []
  const looked = checkHeld(state, nowMs)
  const why = isForged(looked) ? 'VOUCHER_FORGED' : reason
  state.phase = 'cutting'
  state.reason = why
  state.phaseUntil = nowMs + CUT_WAIT_MS
  return [{ type: 'cut', reason: why }, ...looked]
}

/** The client sent something forged: if what it promised before is forged too, the session ends at once (RND-15). */
export function suspected(state: ProviderDraft, nowMs: UnixMillis): ProviderEffect[] {
  if (state.phase !== 'serving') return []
  const looked = checkHeld(state, nowMs)
  return isForged(looked) ? [...looked, ...beginCut(state, 'VOUCHER_FORGED', nowMs)] : looked
}

/** The client says it stops. A repeated close is answered with our own once we have ended. */
export function takeClose(
  state: ProviderDraft,
  reason: CloseReason,
  text: string,
  nowMs: UnixMillis,
): ProviderEffect[] {
  if (state.phase === 'ended') return closeEffect(state)
  const why = CLIENT_REASONS.includes(reason) ? reason : 'CLIENT_DONE'
  const disputed = why === 'METER_DISPUTE' && state.reason !== 'METER_DISPUTE'
  const texts = [...state.open.map(open => open.text), accepted(state)?.text, text].filter(one => one !== undefined)
  const stopping = beginCut(state, why, nowMs)
  if (!disputed) return stopping
  if (state.reason !== 'VOUCHER_FORGED') state.reason = why
  // A dispute over the last statement: nothing more will be promised, so there is nothing to wait for.
  return [...stopping, { type: 'evidence', reason: why, texts }, ...settleUp(state, nowMs)]
}

/** The gateway has closed the session; `meter` is final. */
export function cutDone(state: ProviderDraft, meter: Count, nowMs: UnixMillis): ProviderEffect[] {
  if (state.phase !== 'cutting') return []
  state.phase = 'final'
  state.meter = raise(state.meter, meter)
  state.phaseUntil = nowMs + FINAL_MS
  return settleUp(state, nowMs)
}

/** Ends if everything used is promised, else asks for the rest with a last statement. */
export function settleUp(state: ProviderDraft, nowMs: UnixMillis): ProviderEffect[] {
  if (state.phase !== 'final' || state.storing.length > 0) return []
  const used = owedFor(state, paidElapsed(state))
  if (used <= (accepted(state)?.owed ?? 0n) || state.reason === 'METER_DISPUTE') return end(state, nowMs)
  const open = pending(state)?.payload
  const asked = open?.final === true && open.elapsedMs === paidElapsed(state) && open.owed === used
  return asked ? [] : [issue(state, nowMs, true)]
}

/** Explicit end: settle what is promised, say the last word, hand over the summary. */
export function end(state: ProviderDraft, nowMs: UnixMillis): ProviderEffect[] {
  const looked = checkHeld(state, nowMs)
  const { grant, seal } = state.config
  const reason = isForged(looked) ? 'VOUCHER_FORGED' : (state.reason ?? 'FAULT')
  const { lid, sid, client, provider } = grant
  const { text } = seal('conet-close+jwt', { lid, sid, client, provider, reason, at: nowMs })
  const best = accepted(state)
  const settle: ProviderEffect[] = []
  if (best !== undefined && best.owed > state.settling) {
    settle.push({ type: 'settle', text: best.text, owed: best.owed, cause: 'close' })
    state.settling = best.owed
  }
  state.phase = 'ended'
  state.reason = reason
  state.closeText = text
  state.unsettledSince = undefined
  state.phaseUntil = undefined
  return [...looked, ...settle, ...closeEffect(state), finished(state)]
}

/** Our close once more; nothing before the end. */
export function closeEffect(state: ProviderState): ProviderEffect[] {
  if (state.closeText === undefined || state.reason === undefined) return []
  return [{ type: 'send', kind: 'close', text: state.closeText, reason: state.reason }]
}

function finished(state: ProviderState): ProviderEffect {
  return {
    type: 'finished',
    summary: {
      reason: state.reason ?? 'FAULT',
      rounds: state.round,
      paidRounds: state.paidRounds,
      ...state.meter,
      owed: owedFor(state, paidElapsed(state)),
      promised: accepted(state)?.owed ?? 0n,
      credit: state.credit,
    },
  }
}

/** Whether the count moved since the newest statement: an early statement would say something new. */
export function newsSince(state: ProviderState): boolean {
  const open = pending(state)?.payload
  const billed = open === undefined ? (accepted(state)?.bytes ?? 0n) : open.bytesUp + open.bytesDown
  return total(state.meter) > billed
}
