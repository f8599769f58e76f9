import { price } from '../services/access/price.js'
import type { Amount, Millis, UnixMillis } from '../units/index.js'
import type { HeldVoucher, OpenStatement, ProviderDraft, ProviderEffect, ProviderState } from './provider-types.js'
import { marginMs, resendMs, roundMs } from './timeline.js'
import type { Count, StatementPayload } from './types.js'

/** More unanswered statements than this are never kept: by then the gateway holds the flows back anyway. */
const MOST_OPEN = 16

/** The highest voucher accepted, stored or not. */
export function accepted(state: ProviderState): HeldVoucher | undefined {
  return state.storing.at(-1) ?? state.stored
}

/** The newest statement if it is not answered yet. */
export function pending(state: ProviderState): OpenStatement | undefined {
  const newest = state.open.at(-1)
  return newest !== undefined && newest.payload.round > (accepted(state)?.round ?? 0) ? newest : undefined
}

/** Time billed so far, from the grant. */
export function paidElapsed(state: ProviderState): Millis {
  return accepted(state)?.elapsedMs ?? 0
}

/** End of access once everything accepted is stored: paid time and the next trial. */
export function trialEnd(state: ProviderState): UnixMillis {
  const { grant } = state.config
  return grant.at + paidElapsed(state) + grant.terms.trialMs
}

/** When the next round's statement leaves; `undefined` if it is under way. */
export function statementAt(state: ProviderState): UnixMillis | undefined {
  const open = pending(state)
  if (open !== undefined && open.payload.elapsedMs > paidElapsed(state)) return undefined
  return trialEnd(state) - marginMs(state.config.grant.terms)
}

/** Total of a count. */
export function total(count: Count): bigint {
  return count.bytesUp + count.bytesDown
}

/** Never lets a count run backwards, whatever the gateway says after a restart of its own. */
export function raise(known: Count, seen: Count): Count {
  return { bytesUp: larger(known.bytesUp, seen.bytesUp), bytesDown: larger(known.bytesDown, seen.bytesDown) }
}

function larger(one: bigint, other: bigint): bigint {
  if (one > other) return one
  return other
}

/** What the counts so far cost when `elapsedMs` is billed. */
export function owedFor(state: ProviderState, elapsedMs: Millis): Amount {
  return price({ bytes: total(state.meter), elapsedMs }, state.config.grant.terms.tariff)
}

/**
 * Sends the next statement over the counts in `state.meter`.
 *
 * In a trial it bills the whole round that began with it; in paid time it bills bytes only, at the same end (RND-3,
 * RND-5). The last statement bills no further time (RND-10).
 */
export function issue(state: ProviderDraft, nowMs: UnixMillis, final = false): ProviderEffect {
  const { grant, seal } = state.config
  const elapsedMs = final ? paidElapsed(state) : billedNow(state, nowMs)
  const payload: StatementPayload = {
    lid: grant.lid,
    sid: grant.sid,
    client: grant.client,
    provider: grant.provider,
    round: state.round + 1,
    ...state.meter,
    elapsedMs,
    owed: owedFor(state, elapsedMs),
    at: nowMs,
    paidUntil: grant.at + elapsedMs,
    due: final ? (state.phaseUntil ?? nowMs) : trialEnd(state),
    ...(final ? { final: true as const } : {}),
  }
  const statement = { payload, ...seal('conet-statement+jwt', payload) }
  state.round = payload.round
  state.open = state.open.length === 0 ? [statement] : [...state.open, statement].slice(-MOST_OPEN)
  state.resendAt = nowMs + resendMs(grant.terms)
  return sendStatement(statement)
}

/** Sends the unanswered statement once more, if there is one. */
export function resend(state: ProviderDraft, nowMs: UnixMillis): ProviderEffect[] {
  const open = pending(state)
  if (open === undefined) return []
  state.resendAt = nowMs + resendMs(state.config.grant.terms)
  return [sendStatement(open)]
}

function billedNow(state: ProviderState, nowMs: UnixMillis): Millis {
  const paid = paidElapsed(state)
  const inTrial = nowMs >= state.config.grant.at + paid
  return inTrial ? paid + roundMs(state.config.grant.terms) : paid
}

function sendStatement(open: OpenStatement): ProviderEffect {
  return { type: 'send', kind: 'statement', text: open.text, hash: open.hash, statement: open.payload }
}
