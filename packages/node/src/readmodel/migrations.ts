import { type Kysely, type Migration, type MigrationProvider, sql } from 'kysely'
import { EVERYWHERE } from './cells.js'
import type { Tables } from './tables.js'

type Database = Kysely<Tables>

async function ledgerTables(db: Database, ascii: ReturnType<typeof sql>): Promise<void> {
  await db.schema
    .createTable('cursor')
    .addColumn('id', 'integer', col => col.primaryKey())
    .addColumn('lid', 'text', col => col.notNull())
    .addColumn('height', 'bigint', col => col.notNull())
    .addColumn('time_ms', 'bigint', col => col.notNull())
    .addColumn('app_hash', 'text', col => col.notNull())
    .execute()
  await db.schema
    .createTable('blocks')
    .addColumn('height', 'bigint', col => col.primaryKey())
    .addColumn('time_ms', 'bigint', col => col.notNull())
    .addColumn('app_hash', 'text', col => col.notNull())
    .addColumn('txs', 'integer', col => col.notNull())
    .execute()
  await db.schema
    .createTable('txs')
    .addColumn('height', 'bigint', col => col.notNull())
    .addColumn('idx', 'integer', col => col.notNull())
    .addColumn('hash', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('code', 'text', col => col.notNull())
    .addColumn('data', 'text', col => col.notNull())
    .addPrimaryKeyConstraint('txs_pk', ['height', 'idx'])
    .execute()
  await db.schema.createIndex('txs_hash').on('txs').column('hash').execute()
}

async function historyTables(db: Database, ascii: ReturnType<typeof sql>): Promise<void> {
  await db.schema
    .createTable('entries')
    .addColumn('height', 'bigint', col => col.notNull())
    .addColumn('seq', 'integer', col => col.notNull())
    .addColumn('account', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('time_ms', 'bigint', col => col.notNull())
    .addColumn('type', 'text', col => col.notNull())
    .addColumn('direction', 'text', col => col.notNull())
    .addColumn('asset', 'text', col => col.notNull())
    .addColumn('amount', 'text', col => col.notNull())
    .addColumn('counterparty', 'text')
    .addColumn('hash', 'text')
    .addPrimaryKeyConstraint('entries_pk', ['height', 'seq'])
    .execute()
  await db.schema.createIndex('entries_account').on('entries').columns(['account', 'height', 'seq']).execute()
  await db.schema
    .createTable('sessions')
    .addColumn('client', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('sid', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('provider', 'text', col => col.notNull())
    .addColumn('asset', 'text', col => col.notNull())
    .addColumn('paid', 'text', col => col.notNull())
    .addColumn('round', 'integer', col => col.notNull())
    .addColumn('settlements', 'integer', col => col.notNull())
    .addColumn('state', 'text', col => col.notNull())
    .addColumn('height', 'bigint', col => col.notNull())
    .addPrimaryKeyConstraint('sessions_pk', ['client', 'sid'])
    .execute()
  await settlementTable(db, ascii)
}

async function settlementTable(db: Database, ascii: ReturnType<typeof sql>): Promise<void> {
  await db.schema
    .createTable('settlements')
    .addColumn('height', 'bigint', col => col.notNull())
    .addColumn('seq', 'integer', col => col.notNull())
    .addColumn('client', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('sid', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('provider', 'text', col => col.notNull())
    .addColumn('asset', 'text', col => col.notNull())
    .addColumn('round', 'integer', col => col.notNull())
    .addColumn('amount', 'text', col => col.notNull())
    .addColumn('time_ms', 'bigint', col => col.notNull())
    .addPrimaryKeyConstraint('settlements_pk', ['height', 'seq'])
    .execute()
  await db.schema
    .createIndex('settlements_session')
    .on('settlements')
    .columns(['client', 'sid', 'height', 'seq'])
    .execute()
}

async function offerTables(db: Database, ascii: ReturnType<typeof sql>): Promise<void> {
  await db.schema
    .createTable('offers')
    .addColumn('id', 'text', col => col.primaryKey().modifyEnd(ascii))
    .addColumn('version', 'integer', col => col.notNull())
    .addColumn('provider', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('type', 'text', col => col.notNull())
    .addColumn('body', 'text', col => col.notNull())
    .addColumn('lat_e6', 'integer', col => col.notNull())
    .addColumn('lon_e6', 'integer', col => col.notNull())
    .addColumn('radius_m', 'integer', col => col.notNull())
    .addColumn('live', 'integer', col => col.notNull())
    .addColumn('expires_at', 'bigint', col => col.notNull())
    .addColumn('height', 'bigint', col => col.notNull())
    .execute()
  await db.schema.createIndex('offers_provider').on('offers').columns(['provider', 'live', 'id']).execute()
  await cellTable(db, ascii)
}

async function cellTable(db: Database, ascii: ReturnType<typeof sql>): Promise<void> {
  await db.schema
    .createTable('offer_cells')
    .addColumn('cell', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('offer_id', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('provider', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('type', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('slice', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('price', 'bigint', col => col.notNull())
    .addColumn('per_gib', 'bigint', col => col.notNull())
    .addColumn('per_hour', 'bigint', col => col.notNull())
    .addColumn('lat_e6', 'integer', col => col.notNull())
    .addColumn('lon_e6', 'integer', col => col.notNull())
    .addColumn('radius_m', 'integer', col => col.notNull())
    .addColumn('expires_at', 'bigint', col => col.notNull())
    .addColumn('trust_rank', 'integer', col => col.notNull())
    .addPrimaryKeyConstraint('offer_cells_pk', ['offer_id', 'cell'])
    .execute()
  // One index per order that a search can ask for: each reads only the rows of the page.
  const index = (name: string, columns: readonly (keyof Tables['offer_cells'])[]) =>
    db.schema
      .createIndex(name)
      .on('offer_cells')
      .columns([...columns])
      .execute()
  await index('cells_price', ['cell', 'type', 'price', 'offer_id'])
  await index('cells_slice', ['cell', 'type', 'slice', 'price', 'offer_id'])
  await index('cells_trust', ['cell', 'type', 'trust_rank', 'offer_id'])
  // Only the row that holds for everywhere: an index over all cells would cost five times as much to keep.
  await db.schema
    .createIndex('cells_provider')
    .on('offer_cells')
    .columns(['provider', 'type', 'price', 'offer_id'])
    .where(sql<boolean>`cell = ${sql.lit(EVERYWHERE)}`)
    .execute()
}

/** What a page by price asks of each row stands in the index itself: looking every row up cost a third of the page. */
async function coverPages(db: Database): Promise<void> {
  const asked = ['per_gib', 'per_hour', 'lat_e6', 'lon_e6', 'radius_m', 'expires_at', 'trust_rank'] as const
  const order = { cells_price: ['price', 'offer_id'], cells_slice: ['slice', 'price', 'offer_id'] } as const
  for (const [name, columns] of Object.entries(order)) {
    await db.schema.dropIndex(name).execute()
    await db.schema
      .createIndex(name)
      .on('offer_cells')
      .columns(['cell', 'type', ...columns, ...asked])
      .execute()
  }
}

async function ownerTables(db: Database, ascii: ReturnType<typeof sql>): Promise<void> {
  await db.schema
    .createTable('networks')
    .addColumn('did', 'text', col => col.primaryKey().modifyEnd(ascii))
    .addColumn('name', 'text', col => col.notNull())
    .addColumn('network_type', 'text', col => col.notNull())
    .addColumn('body', 'text', col => col.notNull())
    .addColumn('height', 'bigint', col => col.notNull())
    .execute()
  await db.schema
    .createTable('requests')
    .addColumn('id', 'text', col => col.primaryKey().modifyEnd(ascii))
    .addColumn('owner', 'text', col => col.notNull())
    .addColumn('kind', 'text', col => col.notNull())
    .addColumn('body', 'text', col => col.notNull())
    .addColumn('live', 'integer', col => col.notNull())
    .addColumn('expires_at', 'bigint', col => col.notNull())
    .addColumn('height', 'bigint', col => col.notNull())
    .execute()
  await db.schema.createIndex('requests_live').on('requests').columns(['live', 'id']).execute()
  await db.schema
    .createTable('quality')
    .addColumn('provider', 'text', col => col.primaryKey().modifyEnd(ascii))
    .addColumn('sessions', 'integer', col => col.notNull())
    .addColumn('disputes', 'integer', col => col.notNull())
    .addColumn('trust', 'integer', col => col.notNull())
    .execute()
}

/** What the ledger lets grow to 2^53 - 1, or a stranger's cursor is compared with: PostgreSQL's `integer` ends at 2^31. */
const WIDE = [
  ['offers', 'version'],
  ['settlements', 'round'],
  ['settlements', 'seq'],
  ['entries', 'seq'],
  ['offer_cells', 'trust_rank'],
] as const

/**
 * Makes numbers wide enough and tells the series of a session apart. Rows of before do not say which money was of which series:
 * without its cursor the read model is emptied and filled again from genesis. SQLite may be cut off between two steps: each can be
 * repeated.
 */
async function wideAndBySeries(db: Database, postgres: boolean, ascii: ReturnType<typeof sql>): Promise<void> {
  await db.schema.dropTable('sessions').ifExists().execute()
  await db.schema
    .createTable('sessions')
    .addColumn('client', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('sid', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('series', 'text', col => col.notNull().modifyEnd(ascii))
    .addColumn('provider', 'text', col => col.notNull())
    .addColumn('asset', 'text', col => col.notNull())
    .addColumn('paid', 'text', col => col.notNull())
    .addColumn('round', 'bigint', col => col.notNull())
    .addColumn('settlements', 'integer', col => col.notNull())
    .addColumn('state', 'text', col => col.notNull())
    .addColumn('height', 'bigint', col => col.notNull())
    .addPrimaryKeyConstraint('sessions_pk', ['client', 'sid', 'series'])
    .execute()
  await db.deleteFrom('cursor').execute()
  // An integer of SQLite has 64 bits whatever it is called.
  if (!postgres) return
  for (const [table, column] of WIDE) {
    // Of a full table every row would be written again.
    await sql`truncate ${sql.table(table)}`.execute(db)
    await db.schema
      .alterTable(table)
      .alterColumn(column, col => col.setDataType('bigint'))
      .execute()
  }
}

/** The ledger sees no disputes: a count of them said nothing. */
async function withoutDisputes(db: Database): Promise<void> {
  await db.schema.alterTable('quality').dropColumn('disputes').execute()
}

/** Every table, in the order of their migrations; what a rebuild empties. */
export const TABLES = [
  'cursor',
  'blocks',
  'txs',
  'entries',
  'offers',
  'offer_cells',
  'networks',
  'requests',
  'sessions',
  'settlements',
  'quality',
] as const satisfies readonly (keyof Tables)[]

/**
 * The migrations by name. Ids and price keys compare byte by byte on both databases: SQLite does so by itself, PostgreSQL
 * needs the collation "C".
 */
export function migrations(postgres: boolean): MigrationProvider {
  const ascii = postgres ? sql`collate "C"` : sql``
  const first: Migration = {
    async up(db: Database) {
      await ledgerTables(db, ascii)
      await historyTables(db, ascii)
      await offerTables(db, ascii)
      await ownerTables(db, ascii)
    },
  }
  const covering: Migration = { up: coverPages }
  const wide: Migration = { up: (db: Database) => wideAndBySeries(db, postgres, ascii) }
  const undisputed: Migration = { up: withoutDisputes }
  const all = { '0001_first': first, '0002_covering': covering, '0003_wide': wide, '0004_undisputed': undisputed }
  return { getMigrations: async () => all }
}
