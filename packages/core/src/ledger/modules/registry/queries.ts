import { ConetError } from '../../../errors/index.js'
import type { Query } from '../../module.js'
import type { Collection, Store } from '../../store.js'
import type { Board } from './board.js'
import { networks } from './networks.js'
import { offers } from './offers.js'
import { requests } from './requests.js'

type Args = Readonly<Record<string, unknown>>

const PAGE = 100

/** `{owner}` → the network's profile. */
export const network: Query = (store, args) => networks.get(store, textOf(args, 'owner'))

/** `{after?, limit?}` → up to 100 networks in owner order. */
export const networkList: Query = (store, args) => page(store, networks, args)

/** `{id}` → the offer. */
export const offer: Query = (store, args) => offers.records.get(store, textOf(args, 'id'))

/** `{provider?, after?, limit?}` → up to 100 offers in id order, of one provider or of all. */
export const offerList: Query = (store, args) => boardPage(store, offers, args, 'provider')

/** `{id}` → the request. */
export const request: Query = (store, args) => requests.records.get(store, textOf(args, 'id'))

/** `{owner?, after?, limit?}` → up to 100 requests in id order, of one owner or of all. */
export const requestList: Query = (store, args) => boardPage(store, requests, args, 'owner')

function boardPage<T extends { id: string; version: number; expiresAt: number }>(
  store: Store,
  board: Board<T>,
  args: Args,
  by: string,
): readonly T[] {
  if (args[by] === undefined) return page(store, board.records, args)
  const prefix = `${textOf(args, by)}/`
  const after = args.after === undefined ? undefined : prefix + textOf(args, 'after')
  const limit = limitOf(args)
  const found: T[] = []
  for (const [key] of board.byOwner.list(store, prefix, after)) {
    if (found.length >= limit) break
    const record = board.records.get(store, key.slice(prefix.length))
    if (record !== undefined) found.push(record)
  }
  return found
}

function page<T>(store: Store, records: Collection<T>, args: Args): readonly T[] {
  const limit = limitOf(args)
  const found: T[] = []
  for (const [, record] of records.list(store, '', args.after === undefined ? undefined : textOf(args, 'after'))) {
    if (found.length >= limit) break
    found.push(record)
  }
  return found
}

function limitOf(args: Args): number {
  const { limit = PAGE } = args
  if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= PAGE) return limit
  throw new ConetError('QUERY_MALFORMED', `limit must be an integer in 1..${PAGE}`, { data: { field: 'limit' } })
}

function textOf(args: Args, name: string): string {
  const value = args[name]
  if (typeof value === 'string') return value
  throw new ConetError('QUERY_MALFORMED', `${name} must be a text`, { data: { field: name } })
}
