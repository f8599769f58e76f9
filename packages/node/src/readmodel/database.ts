import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { Kysely, Migrator, PostgresDialect, SqliteDialect } from 'kysely'
import Libsql from 'libsql'
import { migrations } from './migrations.js'
import type { Tables } from './tables.js'

/** Where the read model lives: a file of the node, or a PostgreSQL server. */
export type DatabaseTarget = { readonly sqlite: string } | { readonly url: string }

/** Two handles on one database: SQLite serialises a connection, and readers must not wait for a catch-up. */
export interface Databases {
  readonly write: Kysely<Tables>
  readonly read: Kysely<Tables>
  close(): Promise<void>
}

/** Statements kept prepared per connection; the read model's own come to about sixty texts. */
const PREPARED = 500

type Statement = ReturnType<Libsql.Database['prepare']>

/** Prepared once per text: preparing costs as much as running a small query. */
function caching(database: Libsql.Database) {
  const statements = new Map<string, Statement>()
  return {
    prepare(text: string): Statement {
      const known = statements.get(text)
      if (known !== undefined) return known
      if (statements.size >= PREPARED) statements.clear()
      const made = database.prepare(text)
      statements.set(text, made)
      return made
    },
    close: () => {
      statements.clear()
      database.close()
    },
  }
}

function openSqlite(path: string, cacheMiB: number): Kysely<Tables> {
  const database = new Libsql(path)
  database.exec('pragma journal_mode = wal')
  // The ledger is the truth: after a power cut the last blocks are taken in again.
  database.exec('pragma synchronous = normal')
  database.exec('pragma busy_timeout = 5000')
  // Grows only as far as the file does; a rebuild touches every index page again and again.
  database.exec(`pragma cache_size = -${cacheMiB * 1_024}`)
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: caching(database) }) })
}

/** Whether SQLite says that a file is damaged, or is none of its own. */
export function isDamaged(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as { readonly code?: unknown }
  return /^SQLITE_(CORRUPT|NOTADB)/.test(String(code)) || isDamaged(error.cause)
}

/** Renames a database file that nobody has open. @returns its new path */
export function putAside(path: string): string {
  const aside = `${path}.damaged`
  renameSync(path, aside)
  for (const part of ['-wal', '-shm']) rmSync(path + part, { force: true })
  return aside
}

/** int8 comes as text from `pg`; ours stay below 2^53 (tables.ts). */
const INT8 = 20

/** The driver is loaded by whoever has a server. */
async function openPostgres(url: string): Promise<Kysely<Tables>> {
  const { default: pg } = await import('pg')
  const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')
  const pool = new pg.Pool({ connectionString: url, max: 6, connectionTimeoutMillis: 5_000, types: { getTypeParser } })
  // An idle connection that the server drops must not end the process: the next query opens another.
  pool.on('error', () => undefined)
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}

async function migrate(db: Kysely<Tables>, postgres: boolean): Promise<void> {
  const { error } = await new Migrator({ db, provider: migrations(postgres) }).migrateToLatest()
  if (error !== undefined) throw error
}

/**
 * Opens the database and brings its tables up to date.
 *
 * @throws ConetError `READMODEL_STORAGE`: no such server, wrong password, no disk, not a database of ours
 */
export async function openDatabases(target: DatabaseTarget): Promise<Databases> {
  const opened: Kysely<Tables>[] = []
  try {
    if ('url' in target) {
      const db = await openPostgres(target.url)
      opened.push(db)
      await migrate(db, true)
      return { write: db, read: db, close: () => db.destroy() }
    }
    mkdirSync(dirname(target.sqlite), { recursive: true, mode: 0o700 })
    const write = openSqlite(target.sqlite, 256)
    opened.push(write)
    await migrate(write, false)
    const read = openSqlite(target.sqlite, 64)
    return { write, read, close: async () => void (await Promise.all([read.destroy(), write.destroy()])) }
  } catch (cause) {
    await Promise.allSettled(opened.map(db => db.destroy()))
    // Without the URL: it may carry a password.
    const what = 'url' in target ? 'the PostgreSQL server of readModel.url' : target.sqlite
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw new ConetError(
      'READMODEL_STORAGE',
      `cannot open the read model in ${what}: ${detail}; check address and rights`,
      {
        verdict: 'retry',
        cause,
      },
    )
  }
}
