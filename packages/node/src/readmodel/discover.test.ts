import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompiledQuery, Kysely, Migrator, SqliteDialect, sql } from 'kysely'
import Libsql from 'libsql'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Databases, openDatabases } from './database.js'
import { discover, type OfferSearch } from './discover.js'
import { migrations } from './migrations.js'
import { ReadModel } from './readmodel.js'
import type { Tables } from './tables.js'

const PLACE = { latE6: 52_500_000, lonE6: 13_400_000 }
const BY_PRICE: OfferSearch = { type: 'access', point: PLACE, maxPerGiB: 5_000n, sort: 'price', limit: 20 }

describe('discovery on SQLite', () => {
  let folder: string
  let databases: Databases

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'conet-discover-'))
    databases = await openDatabases({ sqlite: join(folder, 'r.sqlite') })
  })

  afterEach(async () => {
    await databases.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** The first query of a search, and how SQLite reads each table for it. */
  async function planOf(search: OfferSearch): Promise<{ text: string; steps: string[] }> {
    const executed = vi.spyOn(databases.read, 'executeQuery')
    await discover(databases.read, search, 0)
    const [asked] = executed.mock.calls.flat() as CompiledQuery[]
    executed.mockRestore()
    if (asked === undefined) throw new Error('nothing was asked')
    const { sql: text, parameters } = asked
    const plan = await databases.read.executeQuery<{ detail: string }>(
      CompiledQuery.raw(`explain query plan ${text}`, [...parameters]),
    )
    return { text, steps: plan.rows.map(row => row.detail).filter(detail => /^(SEARCH|SCAN) offer_cells/.test(detail)) }
  }

  it.each([
    ['by price', BY_PRICE, 'COVERING INDEX cells_price'],
    ['by price in a slice', { ...BY_PRICE, slice: 'video' }, 'COVERING INDEX cells_slice'],
    ['by trust', { ...BY_PRICE, sort: 'trust' as const }, 'INDEX cells_trust'],
    ['of one provider', { ...BY_PRICE, provider: 'did:key:p' }, 'INDEX cells_provider'],
  ])('reads each cell %s through one index, in its order', async (_, search, index) => {
    const { steps } = await planOf(search)
    expect(steps).toHaveLength('provider' in search ? 1 : 17)
    for (const step of steps) expect(step).toMatch(new RegExp(`^SEARCH offer_cells USING ${index} \\(`))
  })

  // No counter of the driver tells of it; planning anew was three quarters of a search.
  it('leaves no bare parameter for the cell, for which SQLite would plan the query anew each time', async () => {
    const { text } = await planOf(BY_PRICE)
    expect(text).toContain('"cell" = cast(? as text)')
    expect(text).not.toContain('"cell" = ?')
  })

  it('brings an older read model up to date: its indexes, and emptied so that the sessions’ series come in', async () => {
    const file = join(folder, 'old.sqlite')
    const old = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Libsql(file) }) })
    const known = await migrations(false).getMigrations()
    const provider = {
      getMigrations: async () => ({ '0001_first': known['0001_first'] ?? { up: async () => undefined } }),
    }
    expect((await new Migrator({ db: old, provider }).migrateToLatest()).error).toBeUndefined()
    await old.insertInto('cursor').values({ id: 1, lid: 'test', height: 9, time_ms: 9, app_hash: 'a' }).execute()
    await sql`insert into quality (provider, sessions, disputes, trust) values ('did:key:p', 0, 0, 0)`.execute(old)
    await old.destroy()

    await (await ReadModel.open({ sqlite: file }, 'test')).close()
    const opened = await openDatabases({ sqlite: file })
    const { rows } = await sql<{ sql: string }>`select sql from sqlite_master where name = 'cells_price'`.execute(
      opened.read,
    )
    expect(rows[0]?.sql).toContain('radius_m')
    for (const table of ['cursor', 'quality', 'sessions'] as const)
      expect(await opened.read.selectFrom(table).selectAll().execute()).toEqual([])
    await opened.close()
  })
})
