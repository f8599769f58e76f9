import { type Rejection, type Result, reject } from '../../../errors/index.js'
import type { Did, UnixMillis } from '../../../units/index.js'
import { schedule, unschedule } from '../../due.js'
import { type BodyOf, body, did, optional, sessionId } from '../../fields.js'
import { accept, transition } from '../../module.js'
import type { Store } from '../../store.js'
import type { BlockContext, LedgerEvent } from '../../types.js'
import type { Money, SessionsNeeds } from './needs.js'
import { sessionsParams } from './params.js'
import { releaseEscrow } from './release.js'
import { clientId, type Escrow, escrows, type Session, sessionKey, sessions } from './state.js'

const fields = { client: did, sid: optional(sessionId), series: optional(sessionId), escrow: optional(sessionId) }
type Close = BodyOf<typeof fields>

const read = body(fields)

function parse(raw: Readonly<Record<string, unknown>>): Result<Close> {
  const close = read(raw)
  if (!close.ok) return close
  const { sid, series, escrow } = close.value
  if ((sid === undefined) !== (series === undefined)) return reject('PAYLOAD_MALFORMED', { field: 'series' })
  return sid === undefined && escrow === undefined ? reject('PAYLOAD_MALFORMED', { field: 'sid' }) : close
}

/**
 * `sessions/close`: ends a session (`sid` and `series`), an escrow (`escrow`), or both. The provider's close acts at once. The client's
 * only starts the grace period in which the provider may still settle what it was promised (LED-86).
 */
export const close = ({ money }: SessionsNeeds) =>
  transition({
    parse,
    apply(store, { signer, body: { client, sid, series, escrow } }, block) {
      const byClient = signer === client
      const endMs = byClient ? block.timeMs + sessionsParams.read(store).graceMs : block.timeMs
      const key = sid === undefined || series === undefined ? undefined : sessionKey(client, sid, series)
      const session = key === undefined ? undefined : sessions.get(store, key)
      const locked = escrow === undefined ? undefined : escrows.get(store, clientId(client, escrow))
      if (key !== undefined && session === undefined) return reject('SESSION_UNKNOWN', { sid })
      if (escrow !== undefined && locked === undefined) return reject('ESCROW_UNKNOWN', { escrow })
      const wrong = refusal(session, byClient, signer, endMs) ?? refusalOfEscrow(locked, byClient, signer)
      if (wrong !== undefined) return wrong

      const events: LedgerEvent[] = []
      if (session !== undefined && key !== undefined) {
        sessions.put(store, key, { ...session, endMs })
        events.push({
          type: 'sessions/closed',
          sid: sid ?? '',
          series: series ?? '',
          client,
          provider: session.provider,
          endMs,
        })
      }
      if (locked !== undefined && escrow !== undefined) {
        events.push(...endEscrow(money, store, clientId(client, escrow), locked, endMs, block))
      }
      return accept(...events)
    },
  })

function refusal(
  session: Session | undefined,
  byClient: boolean,
  signer: Did,
  endMs: UnixMillis,
): Rejection | undefined {
  if (session === undefined) return undefined
  if (!byClient && session.provider !== signer) return reject('PARTY_UNKNOWN', { signer })
  const ended = session.endMs !== 0 && session.endMs <= endMs
  return ended ? reject('CLOSING_ALREADY', { endMs: session.endMs }) : undefined
}

function refusalOfEscrow(escrow: Escrow | undefined, byClient: boolean, signer: Did): Rejection | undefined {
  if (escrow === undefined || byClient || escrow.provider === signer) return undefined
  return reject('PARTY_UNKNOWN', { signer })
}

/** An escrow's end is never put off by a close: it keeps the earlier of both moments. */
function endEscrow(
  money: Money,
  store: Store,
  id: string,
  escrow: Escrow,
  endMs: UnixMillis,
  block: BlockContext,
): readonly LedgerEvent[] {
  if (endMs >= escrow.releaseMs) return []
  unschedule(store, escrow.releaseMs, 'sessions/release', id)
  if (endMs <= block.timeMs) return releaseEscrow(money, store, id, block)
  escrows.put(store, id, { ...escrow, releaseMs: endMs })
  schedule(store, endMs, 'sessions/release', id)
  return [{ type: 'sessions/escrow_closing', id, releaseMs: endMs }]
}
