import type { UnixMillis } from '../units/index.js'
import { judge } from './client-judge.js'
import { beginClose, closing, endClient, openDispute } from './client-stop.js'
import type { ClientConfig, ClientEffect, ClientEvent, ClientState, ClientStep, Doubtful } from './client-types.js'
import { LOST_GRACE_MS, resendMs, roundMs } from './timeline.js'
import type { StatementPayload, VoucherPayload } from './types.js'

/** Errors of the provider after which no message can help any more. */
const OVER: readonly string[] = ['SESSION_UNKNOWN', 'SESSION_CLOSED']

/** A doubtful statement is decided after this share of the time until it is due: the voucher must still arrive. */
const DECIDE_AFTER = { part: 3, of: 4 }

/** Client's side of one session, right after a checked grant. @see docs/spec/rounds.md RND-1 */
export function createClient(config: ClientConfig): ClientState {
  return {
    config,
    phase: 'online',
    promised: undefined,
    doubtful: undefined,
    paidRounds: 0,
    meter: { bytesUp: 0n, bytesDown: 0n, inFlight: 0n },
    ack: undefined,
    dispute: undefined,
    reason: undefined,
    closeText: undefined,
    closingUntil: undefined,
    resendAt: config.requestedAt,
  }
}

/**
 * One step of the client's machine: pure, total, and harmless for messages that are repeated, late or out of order.
 *
 * @param nowMs - client's own clock, never running backwards; it is never compared with the provider's
 */
export function stepClient(state: ClientState, event: ClientEvent, nowMs: UnixMillis): ClientStep {
  if (state.phase === 'ended') return late(state, event)
  const seen = 'meter' in event ? { ...state, meter: event.meter } : state
  switch (event.type) {
    case 'time':
      return timePassed(seen, nowMs)
    case 'statement':
      return takeStatement(seen, event, nowMs)
    case 'ack':
      return { state: event.ack.round >= (seen.ack?.round ?? 0) ? { ...seen, ack: event.ack } : seen, effects: [] }
    case 'refused':
      return OVER.includes(event.code) ? endClient(seen, 'GATEWAY_LOST') : { state: seen, effects: [] }
    case 'close':
      // Only who announced an end knows better than the provider why it came.
      return endClient(seen.closeText === undefined ? { ...seen, reason: event.reason } : seen, event.reason)
    case 'attached':
      return { state: seen, effects: again(seen) }
    case 'stop':
      return beginClose(seen, 'CLIENT_DONE', nowMs)
  }
}

/** When the machine wants a `time` event next; `undefined` once the session has ended. */
export function nextClientDeadline(state: ClientState): UnixMillis | undefined {
  if (state.phase === 'ended') return undefined
  const recheck = state.doubtful === undefined ? Infinity : Math.min(state.doubtful.decideBy, state.resendAt)
  if (state.phase === 'online') return Math.min(recheck, lostAt(state))
  const resend = state.closeText === undefined ? Infinity : state.resendAt
  return Math.min(recheck, resend, state.closingUntil ?? Infinity)
}

type Received = Omit<Extract<ClientEvent, { type: 'statement' }>, 'type' | 'meter'>

function takeStatement(state: ClientState, received: Received, nowMs: UnixMillis): ClientStep {
  const { statement } = received
  const { grant } = state.config
  const foreign = (['lid', 'sid', 'client', 'provider'] as const).some(field => statement[field] !== grant[field])
  if (foreign || state.dispute !== undefined) return { state, effects: [] }
  if (state.phase === 'closing' && statement.final !== true) return { state, effects: [] }
  const next = statement.final === true ? closing(state, 'PROVIDER_DONE', nowMs) : state
  if (answered(next, statement)) return { state: next, effects: again(next) }
  if (next.doubtful !== undefined && statement.round <= next.doubtful.statement.round)
    return { state: next, effects: [] }
  return decide(next, { ...received, decideBy: decideBy(next, statement, nowMs) }, nowMs)
}

/** An old round, or less than what is promised already: the same promise says it all, cumulative as it is. */
function answered(state: ClientState, statement: StatementPayload): boolean {
  const { promised } = state
  if (promised === undefined) return false
  return statement.round <= promised.statement.round || statement.owed < promised.voucher.owed
}

function decide(state: ClientState, received: Doubtful, nowMs: UnixMillis): ClientStep {
  const verdict = judge(state, received.statement, nowMs)
  if (verdict.type === 'pay') return pay({ ...state, doubtful: undefined }, received, nowMs)
  if (verdict.type === 'wait' && nowMs < received.decideBy) {
    return {
      state: { ...state, doubtful: received, resendAt: nowMs + resendMs(state.config.grant.terms) },
      effects: [],
    }
  }
  return openDispute(state, verdict.dispute, received.text, nowMs)
}

function decideBy(state: ClientState, statement: StatementPayload, nowMs: UnixMillis): UnixMillis {
  const open = Math.min(Math.max(0, statement.due - statement.at), roundMs(state.config.grant.terms))
  return nowMs + Math.floor((open * DECIDE_AFTER.part) / DECIDE_AFTER.of)
}

function pay(state: ClientState, received: Doubtful, nowMs: UnixMillis): ClientStep {
  const { config, promised, meter } = state
  const { statement, hash, text: statementText } = received
  const added = statement.owed - (promised?.voucher.owed ?? 0n)
  if (config.mayPay?.(statement.owed, added) === false) return beginClose(state, 'CLIENT_DONE', nowMs)
  const { lid, sid, client, provider, terms } = config.grant
  const voucher: VoucherPayload = {
    lid,
    sid,
    client,
    provider,
    asset: terms.tariff.asset,
    round: statement.round,
    owed: statement.owed,
    bytes: meter.bytesUp + meter.bytesDown,
    statement: hash,
    shares: terms.shares,
    ...(config.escrow === undefined ? {} : { escrow: config.escrow }),
  }
  const { text } = config.seal('conet-voucher+jwt', voucher)
  const { round, owed, elapsedMs } = statement
  return {
    state: {
      ...state,
      promised: { statement, statementHash: hash, statementText, voucher, text },
      paidRounds: state.paidRounds + 1,
    },
    effects: [
      { type: 'send', kind: 'voucher', text, voucher },
      { type: 'paid', round, owed, added, elapsedMs },
    ],
  }
}

function timePassed(state: ClientState, nowMs: UnixMillis): ClientStep {
  if (state.closingUntil !== undefined && nowMs >= state.closingUntil) return endClient(state, 'GATEWAY_LOST')
  if (state.doubtful !== undefined) return decide(state, state.doubtful, nowMs)
  if (state.phase === 'online') {
    return nowMs >= lostAt(state) ? endClient(state, 'GATEWAY_LOST') : { state, effects: [] }
  }
  if (nowMs < state.resendAt) return { state, effects: [] }
  const resendAt = nowMs + resendMs(state.config.grant.terms)
  return { state: { ...state, resendAt }, effects: closeAgain(state) }
}

/** Past the paid time and the trial after it, a provider that says nothing is gone. */
function lostAt(state: ClientState): UnixMillis {
  const { requestedAt, grant } = state.config
  const elapsed = state.promised?.statement.elapsedMs ?? 0
  return requestedAt + elapsed + grant.terms.trialMs + LOST_GRACE_MS
}

/** What a provider may have missed: the highest promise, and that the session is over. */
function again(state: ClientState): ClientEffect[] {
  const { promised } = state
  const voucher: ClientEffect[] =
    promised === undefined ? [] : [{ type: 'send', kind: 'voucher', text: promised.text, voucher: promised.voucher }]
  return [...voucher, ...closeAgain(state)]
}

function closeAgain(state: ClientState): ClientEffect[] {
  if (state.closeText === undefined || state.reason === undefined) return []
  return [{ type: 'send', kind: 'close', text: state.closeText, reason: state.reason }]
}

/** After the end nothing new is signed; a provider that asks again hears the last promise again. */
function late(state: ClientState, event: ClientEvent): ClientStep {
  const asks = event.type === 'statement' || event.type === 'attached'
  return { state, effects: asks && state.dispute === undefined ? again(state) : [] }
}
