import { ConetError } from '../../../errors/index.js'
import type { Did } from '../../../units/index.js'
import { assetId, did, sessionId } from '../../fields.js'
import type { Query } from '../../module.js'
import type { SessionsNeeds } from './needs.js'
import {
  byProvider,
  clientId,
  escrows,
  histories,
  holdId,
  NO_HISTORY,
  type Session,
  sessionKey,
  sessions,
} from './state.js'

/** Most entries in one answer. */
const PAGE = 100

type Args = Readonly<Record<string, unknown>>

/** `sessions/session {client, sid, series?}` → the session with decimal strings; its first series if none is named. */
export const session: Query = (store, args) => {
  const client = readDid(args, 'client')
  const sid = readId(args, 'sid')
  if (args.series === undefined) {
    for (const [id, first] of sessions.list(store, `${client}/${sid}/`)) return view(id, first)
    return undefined
  }
  const id = sessionKey(client, sid, readId(args, 'series'))
  const found = sessions.get(store, id)
  return found === undefined ? undefined : view(id, found)
}

/** `sessions/ofClient {client, after?}` → a page in (sid, series) order; `after` is a sid. */
export const ofClient: Query = (store, args) => {
  const client = readDid(args, 'client')
  // Behind every series of that sid: they are hex.
  const after = args.after === undefined ? undefined : `${client}/${readId(args, 'after')}/g`
  const page = []
  for (const [id, found] of sessions.list(store, `${client}/`, after)) {
    page.push(view(id, found))
    if (page.length >= PAGE) break
  }
  return page
}

/** `sessions/ofProvider {provider, after?}` → a page in (client, sid) order; `after` is `<client>/<sid>/<series>`. */
export const ofProvider: Query = (store, args) => {
  const provider = readDid(args, 'provider')
  const after = typeof args.after === 'string' ? `${provider}/${args.after}` : undefined
  const page = []
  for (const [id] of byProvider.list(store, `${provider}/`, after)) {
    const key = id.slice(provider.length + 1)
    const found = sessions.get(store, key)
    if (found !== undefined) page.push(view(key, found))
    if (page.length >= PAGE) break
  }
  return page
}

/** `sessions/escrow {client, escrow}` → the escrow with what is left in it. */
export const escrow =
  ({ money }: SessionsNeeds): Query =>
  (store, args) => {
    const client = readDid(args, 'client')
    const id = readId(args, 'escrow')
    const found = escrows.get(store, clientId(client, id))
    if (found === undefined) return undefined
    return { client, escrow: id, ...found, amount: money.heldAmount(store, holdId(client, id)).toString() }
  }

/** `sessions/history {client, asset}` → paid sessions, rounds and amounts, and what is owed now: base of the credit ramp. */
export const history =
  ({ money }: SessionsNeeds): Query =>
  (store, args) => {
    const client = readDid(args, 'client')
    const asset = assetId.read(args.asset) ?? malformed('asset', 'an asset id')
    const found = histories.get(store, `${asset}/${client}`) ?? NO_HISTORY
    return {
      client,
      asset,
      sessions: found.sessions,
      rounds: found.rounds,
      settled: found.settled.toString(),
      short: found.short.toString(),
      debt: money.accountOf(store, asset, client).debt.toString(),
    }
  }

function view(key: string, found: Session) {
  const [client = '', sid = '', series = ''] = key.split('/')
  const { settled, short, bytes } = found
  return {
    client,
    sid,
    series,
    ...found,
    settled: settled.toString(),
    short: short.toString(),
    bytes: bytes.toString(),
  }
}

function readDid(args: Args, name: string): Did {
  return did.read(args[name]) ?? malformed(name, 'a DID')
}

function readId(args: Args, name: string): string {
  return sessionId.read(args[name]) ?? malformed(name, '32 hex characters')
}

function malformed(field: string, expected: string): never {
  throw new ConetError('QUERY_MALFORMED', `${field} must be ${expected}`, { data: { field } })
}
