import type { UnixMillis } from '../units/index.js'
import type { ClientEffect, ClientState, ClientStep } from './client-types.js'
import type { Dispute } from './codes.js'
import { CLIENT_FINAL_MS, resendMs } from './timeline.js'
import type { CloseReason } from './types.js'

/** Says that the session is over and waits for the last statement and the provider's last word (RND-10). */
export function beginClose(state: ClientState, reason: CloseReason, nowMs: UnixMillis): ClientStep {
  return state.phase === 'online' ? announce(closing(state, reason, nowMs), reason, nowMs) : { state, effects: [] }
}

function announce(state: ClientState, reason: CloseReason, nowMs: UnixMillis): ClientStep {
  const { grant, seal } = state.config
  const { lid, sid, client, provider } = grant
  const { text } = seal('conet-close+jwt', { lid, sid, client, provider, reason, at: nowMs })
  return {
    state: { ...state, reason, closeText: text },
    effects: [{ type: 'send', kind: 'close', text, reason }],
  }
}

/** The provider stops: nothing to announce, only the last statement to answer. */
export function closing(state: ClientState, reason: CloseReason, nowMs: UnixMillis): ClientState {
  if (state.phase !== 'online') return state
  return {
    ...state,
    phase: 'closing',
    reason,
    closingUntil: nowMs + CLIENT_FINAL_MS,
    resendAt: nowMs + resendMs(state.config.grant.terms),
  }
}

/** Stops over a statement, keeping both counts; nothing is signed in this session any more (RND-6). */
export function openDispute(state: ClientState, dispute: Dispute, statement: string, nowMs: UnixMillis): ClientStep {
  const evidence: ClientEffect = {
    type: 'evidence',
    dispute,
    statement,
    promised: state.promised?.text,
    own: state.meter,
  }
  const disputed = closing({ ...state, dispute, doubtful: undefined }, 'METER_DISPUTE', nowMs)
  const stopped = announce(disputed, 'METER_DISPUTE', nowMs)
  return { state: stopped.state, effects: [evidence, ...stopped.effects] }
}

/** Explicit end with the summary. */
export function endClient(state: ClientState, reason: CloseReason): ClientStep {
  if (state.phase === 'ended') return { state, effects: [] }
  const why = state.dispute === undefined ? (state.reason ?? reason) : 'METER_DISPUTE'
  const { bytesUp, bytesDown } = state.meter
  return {
    state: { ...state, phase: 'ended', reason: why, closingUntil: undefined, doubtful: undefined },
    effects: [
      {
        type: 'finished',
        summary: {
          reason: why,
          dispute: state.dispute,
          rounds: state.paidRounds,
          bytesUp,
          bytesDown,
          paid: state.promised?.voucher.owed ?? 0n,
        },
      },
    ],
  }
}
