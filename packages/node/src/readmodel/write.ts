import { type Kysely, sql, type Transaction } from 'kysely'
import type { Batch, OfferChange } from './batch.js'
import { coverCells, EVERYWHERE } from './cells.js'
import { chunks, insertRows } from './insert.js'
import { sqlPrice } from './keys.js'
import type { Tables } from './tables.js'

type Trx = Transaction<Tables>

/** Best trust: more settled sessions than anyone will count. */
export const MAX_TRUST = 63

/**
 * Trust in a provider, from what the ledger saw: the number of binary digits of the settled sessions. Doubling the history
 * raises it by one, so that it changes rarely and cannot be bought with a burst.
 */
function trustOf(sessions: number): number {
  return sessions === 0 ? 0 : Math.min(MAX_TRUST, Math.floor(Math.log2(sessions)) + 1)
}

function cellRows(change: OfferChange, trust: number): Tables['offer_cells'][] {
  const { row } = change
  const area = { latE6: row.lat_e6, lonE6: row.lon_e6, radiusM: row.radius_m }
  return [EVERYWHERE, ...coverCells(area)].map(cell => ({
    cell,
    offer_id: row.id,
    provider: row.provider,
    type: row.type,
    slice: change.slice,
    price: sqlPrice(change.perGiB + change.perHour),
    per_gib: sqlPrice(change.perGiB),
    per_hour: sqlPrice(change.perHour),
    lat_e6: row.lat_e6,
    lon_e6: row.lon_e6,
    radius_m: row.radius_m,
    expires_at: row.expires_at,
    trust_rank: MAX_TRUST - trust,
  }))
}

async function trusts(trx: Trx, providers: readonly string[]): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for (const some of chunks(providers)) {
    const rows = await trx.selectFrom('quality').select(['provider', 'trust']).where('provider', 'in', some).execute()
    for (const row of rows) found.set(row.provider, row.trust)
  }
  return found
}

async function writeOffers(trx: Trx, offers: Batch['offers']): Promise<void> {
  const changes = [...offers.values()].filter(change => change !== undefined)
  const gone = [...offers].filter(([, change]) => change === undefined).map(([id]) => id)
  for (const some of chunks([...offers.keys()])) {
    await trx.deleteFrom('offer_cells').where('offer_id', 'in', some).execute()
  }
  for (const some of chunks(gone)) {
    await trx.updateTable('offers').set({ live: 0 }).where('id', 'in', some).execute()
  }
  for (const some of chunks(changes.map(change => change.row.id))) {
    await trx.deleteFrom('offers').where('id', 'in', some).execute()
  }
  await insertRows(
    trx,
    'offers',
    changes.map(change => change.row),
  )
  const trust = await trusts(trx, [...new Set(changes.map(change => change.row.provider))])
  await insertRows(
    trx,
    'offer_cells',
    changes.flatMap(change => cellRows(change, trust.get(change.row.provider) ?? 0)),
  )
}

async function writeOwners(trx: Trx, batch: Batch): Promise<void> {
  for (const some of chunks([...batch.networks.keys()])) {
    await trx.deleteFrom('networks').where('did', 'in', some).execute()
  }
  await insertRows(
    trx,
    'networks',
    [...batch.networks.values()].filter(row => row !== undefined),
  )
  const requests = [...batch.requests].flatMap(([, row]) => (row === undefined ? [] : [row]))
  const gone = [...batch.requests].filter(([, row]) => row === undefined).map(([id]) => id)
  for (const some of chunks(gone)) {
    await trx.updateTable('requests').set({ live: 0 }).where('id', 'in', some).execute()
  }
  for (const some of chunks(requests.map(row => row.id))) {
    await trx.deleteFrom('requests').where('id', 'in', some).execute()
  }
  await insertRows(trx, 'requests', requests)
}

/** @returns whether the session is new: one more in its provider's history */
async function writeSession(trx: Trx, row: Tables['sessions']): Promise<boolean> {
  const { paid, round, height, settlements } = row
  const change = { paid, round, height, settlements: sql<number>`settlements + ${settlements}` }
  const updated = await trx
    .updateTable('sessions')
    .set(change)
    .where('client', '=', row.client)
    .where('sid', '=', row.sid)
    .where('series', '=', row.series)
    .executeTakeFirst()
  if (updated.numUpdatedRows > 0n) return false
  await trx.insertInto('sessions').values(row).execute()
  return true
}

async function writeSessions(trx: Trx, batch: Batch): Promise<void> {
  const fresh = new Map<string, number>()
  for (const row of batch.sessions.values()) {
    if (await writeSession(trx, row)) fresh.set(row.provider, (fresh.get(row.provider) ?? 0) + 1)
  }
  for (const { client, sid, series } of batch.closed) {
    await trx
      .updateTable('sessions')
      .set({ state: 'closed' })
      .where('client', '=', client)
      .where('sid', '=', sid)
      .where('series', '=', series)
      .execute()
  }
  for (const [provider, sessions] of fresh) await addHistory(trx, provider, sessions)
}

async function addHistory(trx: Trx, provider: string, added: number): Promise<void> {
  const before = await trx.selectFrom('quality').selectAll().where('provider', '=', provider).executeTakeFirst()
  const sessions = (before?.sessions ?? 0) + added
  const trust = trustOf(sessions)
  const row = { provider, sessions, trust }
  await trx
    .insertInto('quality')
    .values(row)
    .onConflict(conflict => conflict.column('provider').doUpdateSet(row))
    .execute()
  if (trust === (before?.trust ?? 0)) return
  await trx
    .updateTable('offer_cells')
    .set({ trust_rank: MAX_TRUST - trust })
    .where('provider', '=', provider)
    .execute()
}

/**
 * Writes a batch with its cursor in one transaction: after a crash either all of it is there or nothing.
 *
 * @param cursor - the last block of the batch
 */
export async function writeBatch(db: Kysely<Tables>, batch: Batch, cursor: Tables['cursor']): Promise<void> {
  await db.transaction().execute(async trx => {
    await insertRows(trx, 'blocks', batch.blocks)
    await insertRows(trx, 'txs', batch.txs)
    await insertRows(trx, 'entries', batch.entries)
    await insertRows(trx, 'settlements', batch.settlements)
    await writeOwners(trx, batch)
    await writeOffers(trx, batch.offers)
    await writeSessions(trx, batch)
    await trx
      .insertInto('cursor')
      .values(cursor)
      .onConflict(conflict => conflict.column('id').doUpdateSet(cursor))
      .execute()
  })
}
