import type { UnixMillis } from '../units/index.js'
import { checkHeld } from './provider-check.js'
import { accepted, issue, owedFor, paidElapsed, pending, raise, total } from './provider-statement.js'
import type { ProviderEffect, ProviderState, ProviderStep } from './provider-types.js'
import { CUT_WAIT_MS, FINAL_MS } from './timeline.js'
import type { CloseReason, Count } from './types.js'

/** Reasons a client may give; anything else is a plain end. */
const CLIENT_REASONS: readonly CloseReason[] = ['CLIENT_DONE', 'METER_DISPUTE', 'GATEWAY_LOST', 'FAULT']

/** Begins to stop: first no byte passes any more, then the last statement is made from the final count (RND-10). */
export function beginCut(state: ProviderState, reason: CloseReason, nowMs: UnixMillis): ProviderStep {
  if (state.phase !== 'serving') return { state, effects: [] }
  const looked = checkHeld(state, nowMs)
  const why = looked.forged ? 'VOUCHER_FORGED' : reason
  return {
    state: { ...looked.state, phase: 'cutting', reason: why, phaseUntil: nowMs + CUT_WAIT_MS },
    effects: [{ type: 'cut', reason: why }, ...looked.effects],
  }
}

/** The client sent something forged: if what it promised before is forged too, the session ends at once (RND-15). */
export function suspected(state: ProviderState, nowMs: UnixMillis): ProviderStep {
  if (state.phase !== 'serving') return { state, effects: [] }
  const looked = checkHeld(state, nowMs)
  return looked.forged ? beginCut(state, 'VOUCHER_FORGED', nowMs) : looked
}

/** The client says it stops. A repeated close is answered with our own once we have ended. */
export function takeClose(state: ProviderState, reason: CloseReason, text: string, nowMs: UnixMillis): ProviderStep {
  if (state.phase === 'ended') return { state, effects: closeEffect(state) }
  const why = CLIENT_REASONS.includes(reason) ? reason : 'CLIENT_DONE'
  const stopping = beginCut(state, why, nowMs)
  if (why !== 'METER_DISPUTE' || state.reason === 'METER_DISPUTE') return stopping
  const texts = [...state.open.map(open => open.text), accepted(state)?.text, text].filter(one => one !== undefined)
  // A dispute over the last statement: nothing more will be promised, so there is nothing to wait for.
  const judged = stopping.state.reason === 'VOUCHER_FORGED' ? 'VOUCHER_FORGED' : why
  const settled = settleUp({ ...stopping.state, reason: judged }, nowMs)
  const evidence: ProviderEffect = { type: 'evidence', reason: why, texts }
  return { state: settled.state, effects: [...stopping.effects, evidence, ...settled.effects] }
}

/** The gateway has closed the session; `meter` is final. */
export function cutDone(state: ProviderState, meter: Count, nowMs: UnixMillis): ProviderStep {
  if (state.phase !== 'cutting') return { state, effects: [] }
  const final: ProviderState = {
    ...state,
    phase: 'final',
    meter: raise(state.meter, meter),
    phaseUntil: nowMs + FINAL_MS,
  }
  return settleUp(final, nowMs)
}

/** Ends if everything used is promised, else asks for the rest with a last statement. */
export function settleUp(state: ProviderState, nowMs: UnixMillis): ProviderStep {
  if (state.phase !== 'final' || state.storing.length > 0) return { state, effects: [] }
  const used = owedFor(state, paidElapsed(state))
  if (used <= (accepted(state)?.owed ?? 0n) || state.reason === 'METER_DISPUTE') return end(state, nowMs)
  const open = pending(state)?.payload
  const asked = open?.final === true && open.elapsedMs === paidElapsed(state) && open.owed === used
  return asked ? { state, effects: [] } : issue(state, nowMs, true)
}

/** Explicit end: settle what is promised, say the last word, hand over the summary. */
export function end(before: ProviderState, nowMs: UnixMillis): ProviderStep {
  const looked = checkHeld(before, nowMs)
  const { state } = looked
  const { grant, seal } = state.config
  const reason = looked.forged ? 'VOUCHER_FORGED' : (state.reason ?? 'FAULT')
  const { lid, sid, client, provider } = grant
  const { text } = seal('conet-close+jwt', { lid, sid, client, provider, reason, at: nowMs })
  const best = accepted(state)
  const unsettled = best !== undefined && best.owed > state.settling
  const settle: ProviderEffect[] = unsettled
    ? [{ type: 'settle', text: best.text, owed: best.owed, cause: 'close' }]
    : []
  const ended: ProviderState = {
    ...state,
    phase: 'ended',
    reason,
    closeText: text,
    settling: best !== undefined && unsettled ? best.owed : state.settling,
    unsettledSince: undefined,
    phaseUntil: undefined,
  }
  return { state: ended, effects: [...looked.effects, ...settle, ...closeEffect(ended), finished(ended)] }
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
