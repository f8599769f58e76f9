import { type Kysely, sql } from 'kysely'
import type { Tables } from './tables.js'

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
export async function wideAndBySeries(db: Kysely<Tables>, postgres: boolean, ascii: ReturnType<typeof sql>) {
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
