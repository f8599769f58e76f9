import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import { afterAll, expect, it } from 'vitest'
import { ReadModel } from './index.js'
import { block, offerEvent } from './testing/index.js'

const folder = mkdtempSync(join(tmpdir(), 'conet-damaged-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PAGE_BYTES = 4_096
const NOISE = Buffer.alloc(4 * PAGE_BYTES, 'noise')

it.each([
  ['is no database', 0],
  ['is damaged behind its head', PAGE_BYTES],
])('puts a file aside that %s, and begins anew', async (_, from) => {
  const sqlite = join(folder, `${from}.sqlite`)
  const before = await ReadModel.open({ sqlite }, 'test')
  await before.apply([block(1, [[offerEvent({ id: 'a' })]])])
  await before.close()
  // What is new lies beside the file until then.
  const database = new Libsql(sqlite)
  database.exec('pragma wal_checkpoint(truncate)')
  database.close()
  const bytes = readFileSync(sqlite)
  NOISE.copy(bytes, from)
  writeFileSync(sqlite, bytes)

  const told: string[] = []
  const after = await ReadModel.open({ sqlite }, 'test', path => told.push(path))
  expect(told).toEqual([`${sqlite}.damaged`])
  expect(readFileSync(`${sqlite}.damaged`)).toEqual(bytes)
  expect(after.height).toBe(0)
  await after.apply([block(1, [[offerEvent({ id: 'a' })]])])
  expect(await after.offers(['a'])).toMatchObject([{ id: 'a' }])
  await after.close()
  const again = await ReadModel.open({ sqlite }, 'test', path => told.push(path))
  expect([again.height, told.length]).toEqual([1, 1])
  await again.close()
})
