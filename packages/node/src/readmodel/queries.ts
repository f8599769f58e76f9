import { ok, type Result } from '@conet/core/errors'
import type { Did, Hash } from '@conet/core/units'
import { type Kysely, sql } from 'kysely'
import { decodeCursor, encodeCursor, isSqlText, type Place, type PlaceForm } from './keys.js'
import type { Page } from './pages.js'
import type { Tables } from './tables.js'

type Db = Kysely<Tables>
type Paged<T> = Promise<Result<Page<T>, 'CURSOR_INVALID'>>

/** Which page of a list: `next` of the page before, and 1..100 items. */
export interface PageQuery {
  readonly cursor?: string | undefined
  readonly limit: number
}

/** An offer with what is known about its provider; `body` is the offer as the ledger's event carried it. */
export interface OfferRow {
  readonly id: string
  readonly provider: Did
  readonly body: Readonly<Record<string, unknown>>
  readonly live: boolean
  readonly providerName: string | null
  readonly networkType: string | null
  readonly sessions: number
}

/** A list in one order, and how its rows are shown. */
interface List<R, T> {
  readonly form: PlaceForm
  /** @param from - place of the last row seen; `undefined` at the start */
  read(from: Place | undefined, count: number): Promise<readonly R[]>
  place(row: R): Place
  view(row: R): T
}

/** Reads one row more than the page holds, so that it is known whether more follow. */
async function page<R, T>({ cursor, limit }: PageQuery, list: List<R, T>): Paged<T> {
  const from = cursor === undefined ? ok(undefined) : decodeCursor(cursor, list.form)
  if (!from.ok) return from
  const rows = await list.read(from.value, limit + 1)
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const more = rows.length > limit && last !== undefined
  return ok({ items: items.map(list.view), next: more ? encodeCursor(list.place(last)) : null })
}

const inBlocks = {
  form: ['number', 'number'] as const,
  place: (row: { height: number; seq: number }): Place => [row.height, row.seq],
}
const whole = <R>(row: R) => row

/** Reads offers by id, in the order of the ids; unknown ones are left out. */
export async function offersById(db: Db, ids: readonly string[]): Promise<OfferRow[]> {
  const askable = ids.filter(isSqlText)
  if (askable.length === 0) return []
  const rows = await db
    .selectFrom('offers')
    .leftJoin('networks', 'networks.did', 'offers.provider')
    .leftJoin('quality', 'quality.provider', 'offers.provider')
    .select(['offers.id', 'offers.provider', 'offers.body', 'offers.live'])
    .select(['networks.name', 'networks.network_type', 'quality.sessions'])
    .where('offers.id', 'in', askable)
    .execute()
  const known = new Map(rows.map(row => [row.id, row]))
  return ids.flatMap(id => {
    const row = known.get(id)
    if (row === undefined) return []
    const { provider, body, live, name, network_type, sessions } = row
    return {
      id,
      provider,
      body: JSON.parse(body) as OfferRow['body'],
      live: live === 1,
      providerName: name,
      networkType: network_type,
      sessions: sessions ?? 0,
    }
  })
}

/** Movements of one account, newest first. */
export function history(db: Db, account: Did, query: PageQuery): Paged<Tables['entries']> {
  const all = db.selectFrom('entries').selectAll().where('account', '=', account)
  return page<Tables['entries'], Tables['entries']>(query, {
    ...inBlocks,
    view: whole,
    read: (from, count) =>
      all
        .$if(from !== undefined, rows => rows.where(sql<boolean>`(height, seq) < (${from?.[0]}, ${from?.[1]})`))
        .orderBy('height', 'desc')
        .orderBy('seq', 'desc')
        .limit(count)
        .execute(),
  })
}

/** A registered owner network; `profile` is as the ledger's event carried it. */
export interface NetworkRow {
  readonly did: Did
  readonly profile: Readonly<Record<string, unknown>>
}

const network = (row: Tables['networks']): NetworkRow => ({ did: row.did, profile: JSON.parse(row.body) })

/** Registered owner networks by DID. */
export function networks(db: Db, query: PageQuery): Paged<NetworkRow> {
  const all = db.selectFrom('networks').selectAll().orderBy('did')
  return page<Tables['networks'], NetworkRow>(query, {
    form: ['string', 'string'],
    place: row => ['', row.did],
    view: network,
    read: (from, count) =>
      all
        .$if(from !== undefined, rows => rows.where('did', '>', String(from?.[1])))
        .limit(count)
        .execute(),
  })
}

/** One registered owner network. */
export async function networkOf(db: Db, did: Did): Promise<NetworkRow | undefined> {
  const row = await db.selectFrom('networks').selectAll().where('did', '=', did).executeTakeFirst()
  return row && network(row)
}

/** Announcements that something is wanted (recruitment, reward), live ones only. */
export function requests(db: Db, query: PageQuery, nowMs: number): Paged<Readonly<Record<string, unknown>>> {
  const live = db.selectFrom('requests').selectAll().where('live', '=', 1).where('expires_at', '>', nowMs)
  return page<Tables['requests'], Readonly<Record<string, unknown>>>(query, {
    form: ['string', 'string'],
    place: row => ['', row.id],
    view: row => JSON.parse(row.body),
    read: (from, count) =>
      live
        .$if(from !== undefined, rows => rows.where('id', '>', String(from?.[1])))
        .orderBy('id')
        .limit(count)
        .execute(),
  })
}

/** Settlements of one session, oldest first. */
export function settlements(db: Db, client: Did, sid: string, query: PageQuery): Paged<Tables['settlements']> {
  const all = db.selectFrom('settlements').selectAll().where('client', '=', client).where('sid', '=', sid)
  return page<Tables['settlements'], Tables['settlements']>(query, {
    ...inBlocks,
    view: whole,
    read: (from, count) =>
      all
        .$if(from !== undefined, rows => rows.where(sql<boolean>`(height, seq) > (${from?.[0]}, ${from?.[1]})`))
        .orderBy('height')
        .orderBy('seq')
        .limit(count)
        .execute(),
  })
}

/** A session as the ledger knows it; its first series if none is named, as the ledger's own query does. */
export function session(db: Db, client: Did, sid: string, series?: string): Promise<Tables['sessions'] | undefined> {
  const all = db.selectFrom('sessions').selectAll().where('client', '=', client).where('sid', '=', sid)
  return all
    .$if(series !== undefined, rows => rows.where('series', '=', series ?? ''))
    .orderBy('series')
    .limit(1)
    .executeTakeFirst()
}

/** What a block says of a transaction. */
export interface TransactionRow {
  readonly height: number
  readonly timeMs: number
  readonly code: string
  readonly data: Readonly<Record<string, unknown>>
}

/** What became of a transaction. Where blocks hold it again, that it was taken counts, and then the last refusal of its own. */
export async function transaction(db: Db, hash: Hash): Promise<TransactionRow | undefined> {
  const row = await db
    .selectFrom('txs')
    .innerJoin('blocks', 'blocks.height', 'txs.height')
    .select(['txs.height', 'blocks.time_ms', 'txs.code', 'txs.data'])
    .where('txs.hash', '=', hash)
    .orderBy(sql`case txs.code when 'OK' then 0 when 'REPLAYED' then 2 else 1 end`)
    .orderBy('txs.height', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { height: row.height, timeMs: row.time_ms, code: row.code, data: JSON.parse(row.data) }
}
