import { ok, type Result } from '@conet/core/errors'
import type { Did, Hash } from '@conet/core/units'
import { type Kysely, sql } from 'kysely'
import { decodeCursor, encodeCursor, type Place } from './keys.js'
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
  readonly disputes: number
}

/** Cuts a list that was read one row too long into a page. */
function pageOf<R, T>(rows: readonly R[], limit: number, place: (row: R) => Place, view: (row: R) => T): Page<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const more = rows.length > limit && last !== undefined
  return { items: items.map(view), next: more ? encodeCursor(place(last)) : null }
}

function after(query: PageQuery): Result<Place | undefined, 'CURSOR_INVALID'> {
  return query.cursor === undefined ? ok(undefined) : decodeCursor(query.cursor)
}

/** Reads offers by id, in the order of the ids; unknown ones are left out. */
export async function offersById(db: Db, ids: readonly string[]): Promise<OfferRow[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('offers')
    .leftJoin('networks', 'networks.did', 'offers.provider')
    .leftJoin('quality', 'quality.provider', 'offers.provider')
    .select(['offers.id', 'offers.provider', 'offers.body', 'offers.live'])
    .select(['networks.name', 'networks.network_type', 'quality.sessions', 'quality.disputes'])
    .where('offers.id', 'in', ids)
    .execute()
  const known = new Map(rows.map(row => [row.id, row]))
  return ids.flatMap(id => {
    const row = known.get(id)
    if (row === undefined) return []
    const { provider, body, live, name, network_type, sessions, disputes } = row
    return {
      id,
      provider,
      body: JSON.parse(body) as OfferRow['body'],
      live: live === 1,
      providerName: name,
      networkType: network_type,
      sessions: sessions ?? 0,
      disputes: disputes ?? 0,
    }
  })
}

/** Movements of one account, newest first. */
export async function history(db: Db, account: Did, query: PageQuery): Paged<Tables['entries']> {
  const from = after(query)
  if (!from.ok) return from
  let select = db.selectFrom('entries').selectAll().where('account', '=', account)
  if (from.value !== undefined)
    select = select.where(sql<boolean>`(height, seq) < (${from.value[0]}, ${from.value[1]})`)
  const rows = await select
    .orderBy('height', 'desc')
    .orderBy('seq', 'desc')
    .limit(query.limit + 1)
    .execute()
  return ok(
    pageOf(
      rows,
      query.limit,
      row => [row.height, row.seq],
      row => row,
    ),
  )
}

/** A registered owner network; `profile` is as the ledger's event carried it. */
export interface NetworkRow {
  readonly did: Did
  readonly profile: Readonly<Record<string, unknown>>
}

const network = (row: Tables['networks']): NetworkRow => ({ did: row.did, profile: JSON.parse(row.body) })

/** Registered owner networks by DID. */
export async function networks(db: Db, query: PageQuery): Paged<NetworkRow> {
  const from = after(query)
  if (!from.ok) return from
  let select = db.selectFrom('networks').selectAll()
  if (from.value !== undefined) select = select.where('did', '>', String(from.value[1]))
  const rows = await select
    .orderBy('did')
    .limit(query.limit + 1)
    .execute()
  return ok(pageOf(rows, query.limit, row => ['', row.did], network))
}

/** One registered owner network. */
export async function networkOf(db: Db, did: Did): Promise<NetworkRow | undefined> {
  const row = await db.selectFrom('networks').selectAll().where('did', '=', did).executeTakeFirst()
  return row && network(row)
}

/** Announcements that something is wanted (recruitment, reward), live ones only. */
export async function requests(db: Db, query: PageQuery, nowMs: number): Paged<Readonly<Record<string, unknown>>> {
  const from = after(query)
  if (!from.ok) return from
  let select = db.selectFrom('requests').selectAll().where('live', '=', 1).where('expires_at', '>', nowMs)
  if (from.value !== undefined) select = select.where('id', '>', String(from.value[1]))
  const rows = await select
    .orderBy('id')
    .limit(query.limit + 1)
    .execute()
  return ok(
    pageOf(
      rows,
      query.limit,
      row => ['', row.id],
      row => JSON.parse(row.body),
    ),
  )
}

/** Settlements of one session, oldest first. */
export async function settlements(db: Db, client: Did, sid: string, query: PageQuery): Paged<Tables['settlements']> {
  const from = after(query)
  if (!from.ok) return from
  let select = db.selectFrom('settlements').selectAll().where('client', '=', client).where('sid', '=', sid)
  if (from.value !== undefined)
    select = select.where(sql<boolean>`(height, seq) > (${from.value[0]}, ${from.value[1]})`)
  const rows = await select
    .orderBy('height')
    .orderBy('seq')
    .limit(query.limit + 1)
    .execute()
  return ok(
    pageOf(
      rows,
      query.limit,
      row => [row.height, row.seq],
      row => row,
    ),
  )
}

/** A session as the ledger knows it. */
export function session(db: Db, client: Did, sid: string): Promise<Tables['sessions'] | undefined> {
  return db.selectFrom('sessions').selectAll().where('client', '=', client).where('sid', '=', sid).executeTakeFirst()
}

/** Where a transaction ended up; the newest place if a repeated one was refused later. */
export async function transaction(db: Db, hash: Hash): Promise<{ height: number; code: string } | undefined> {
  return db
    .selectFrom('txs')
    .select(['height', 'code'])
    .where('hash', '=', hash)
    .orderBy('height')
    .limit(1)
    .executeTakeFirst()
}
