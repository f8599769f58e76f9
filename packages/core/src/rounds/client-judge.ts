import { price } from '../services/access/price.js'
import type { UnixMillis } from '../units/index.js'
import type { ClientState } from './client-types.js'
import type { Dispute } from './codes.js'
import { claimLimit } from './risk.js'
import { driftMs, roundMs } from './timeline.js'
import type { StatementPayload } from './types.js'

/** What a client does with a statement: pay it, look again when more bytes have arrived, or stop. */
export type Verdict =
  | { readonly type: 'pay' }
  | { readonly type: 'wait'; readonly dispute: Dispute }
  | { readonly type: 'dispute'; readonly dispute: Dispute }

/**
 * Compares a statement with the grant, the tariff and the own meter (RND-6).
 *
 * A claim that contradicts what was signed is disputed at once. A claim that is only ahead of the own count or clock
 * may be honest: data is still arriving.
 */
export function judge(state: ClientState, statement: StatementPayload, nowMs: UnixMillis): Verdict {
  const contradiction = contradicts(state, statement)
  if (contradiction !== undefined) return { type: 'dispute', dispute: contradiction }
  const { grant, requestedAt } = state.config
  const own = nowMs - requestedAt
  const begunAt = statement.elapsedMs - roundMs(grant.terms)
  if (begunAt > own + driftMs(own)) return { type: 'wait', dispute: 'TIME_TOO_EARLY' }
  const { bytesUp, bytesDown, inFlight } = state.meter
  const limit = claimLimit(grant.terms, bytesUp + bytesDown, inFlight)
  if (statement.bytesUp + statement.bytesDown > limit) return { type: 'wait', dispute: 'METER_ABOVE_COUNT' }
  return { type: 'pay' }
}

function contradicts(state: ClientState, statement: StatementPayload): Dispute | undefined {
  const { grant } = state.config
  const { bytesUp, bytesDown, elapsedMs, owed } = statement
  if (elapsedMs % roundMs(grant.terms) !== 0 || statement.paidUntil !== grant.at + elapsedMs) return 'TIMES_WRONG'
  if (owed > price({ bytes: bytesUp + bytesDown, elapsedMs }, grant.terms.tariff)) return 'PRICE_ABOVE_TARIFF'
  const paidElapsed = state.promised?.statement.elapsedMs ?? 0
  if (elapsedMs > paidElapsed && (statement.final === true || state.phase === 'closing')) return 'FINAL_TOO_LONG'
  return undefined
}
