import { chmod, copyFile, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Dropped, openSolo, verifyInPlace, verifyLedger } from '../index.js'
import { encodeRecord, segmentName } from '../replica/log/index.js'
import { TINY_GENESIS, tinyApplication, tinySigner, tinyTx } from '../testing/index.js'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'conet-verify-'))
})
afterEach(() => rm(dir, { recursive: true }))

const common = { application: tinyApplication, genesis: TINY_GENESIS, pool: verifyInPlace(), clock: () => 10_000 }
const alice = tinySigner('alice')
const logFile = () => join(dir, 'blocks', segmentName(1))
const verify = () => verifyLedger({ dir }, common)

/** Writes three blocks with a saved state. @returns their bytes */
async function threeBlocks(value = 'v'): Promise<Buffer> {
  const engine = await openSolo({ ...common, dir })
  await engine.start()
  for (const key of ['a', 'b', 'c']) await engine.submit(tinyTx(alice, key, { key, value }))
  await engine.stop()
  return await readFile(logFile())
}

/** As a crash leaves it: blocks whose state was not saved yet. */
async function threeBlocksAhead(): Promise<Buffer> {
  const bytes = await threeBlocks()
  await rm(join(dir, 'state'), { recursive: true })
  return bytes
}

function flip(bytes: Buffer, at: number): Buffer {
  const flipped = Buffer.from(bytes)
  flipped[at] = (flipped[at] ?? 0) ^ 1
  return flipped
}

it('names a last record whose bytes changed, with or without a saved state', async () => {
  const damaged = { ok: false, height: 2, difference: { height: 3, reason: 'damaged' } }
  const bytes = await threeBlocks()
  await writeFile(logFile(), flip(bytes, bytes.length - 10))
  const report = await verify()
  expect(report).toMatchObject(damaged)
  expect(report.droppedBytes).toBeGreaterThan(24)
  await rm(join(dir, 'state'), { recursive: true })
  expect(await verify()).toMatchObject(damaged)
  await expect(openSolo({ ...common, dir })).rejects.toMatchObject({ code: 'LOG_CORRUPT', data: { height: 3 } })
  expect(await verify()).toMatchObject(damaged)
})

it('finds an unfinished last record good as long as opening does, and opening tells what it cut', async () => {
  const bytes = await threeBlocksAhead()
  await writeFile(logFile(), Buffer.concat([bytes.subarray(0, -7), Buffer.alloc(7)]))
  const { ok, height, droppedBytes } = await verify()
  expect([ok, height]).toEqual([true, 2])
  const told: Dropped[] = []
  const engine = await openSolo({ ...common, dir, onDropped: dropped => told.push(dropped) })
  expect(engine.info().height).toBe(2)
  await engine.stop()
  expect(told).toEqual([{ height: 3, bytes: droppedBytes, path: join(dir, 'blocks', 'dropped-3') }])
})

it('reports an unfinished last record and any bytes behind the last one, and finds the ledger good', async () => {
  const bytes = await threeBlocksAhead()
  await writeFile(logFile(), bytes.subarray(0, bytes.length - 7))
  const cut = await verify()
  expect(cut).toMatchObject({ ok: true, height: 2 })
  await writeFile(logFile(), bytes.subarray(0, bytes.length - 7 - cut.droppedBytes))
  expect(await verify()).toMatchObject({ ok: true, height: 2, droppedBytes: 0 })
  await writeFile(logFile(), Buffer.concat([bytes, Buffer.from('junk behind the last block')]))
  expect(await verify()).toMatchObject({ ok: true, height: 3, droppedBytes: 26 })
})

it('says that a block is missing when the saved state is above the log', async () => {
  const bytes = await threeBlocks()
  await writeFile(logFile(), bytes.subarray(0, bytes.length - 7))
  const missing = { ok: false, height: 2, difference: { height: 3, reason: 'missing' } }
  const report = await verify()
  expect(report).toMatchObject(missing)
  expect(report.droppedBytes).toBeGreaterThan(0)
  // The length of the last record itself is wrong: it looks unfinished, but the state knows better.
  const last = bytes.length - 7 - report.droppedBytes
  await writeFile(logFile(), flip(bytes, last + 7 - 3))
  expect(await verify()).toMatchObject(missing)
  await writeFile(logFile(), '')
  expect(await verify()).toMatchObject({ ok: false, height: 0, difference: { height: 1, reason: 'missing' } })
})

it('says that the saved state was made by other blocks', async () => {
  await threeBlocks('one')
  const state = join(dir, 'state')
  await rename(state, join(dir, 'kept'))
  await rm(join(dir, 'blocks'), { recursive: true })
  await threeBlocks('two')
  await copyFile(join(dir, 'kept', 'data.mdb'), join(state, 'data.mdb'))
  const report = await verify()
  expect(report).toMatchObject({ ok: false, height: 2, difference: { height: 3, reason: 'missing' } })
  expect(report.difference?.got).not.toBe(report.difference?.expected)
})

it('does not take a state that cannot be read for a good one', async () => {
  await threeBlocks()
  const file = join(dir, 'state', 'data.mdb')
  const whole = await readFile(file)
  for (const bytes of [Buffer.from('not a state at all'), whole.subarray(0, 8192), Buffer.alloc(65_536)]) {
    await writeFile(file, bytes)
    expect(await verify()).toMatchObject({ ok: false, height: 3, difference: { height: 4, reason: 'damaged' } })
  }
})

it('names a genesis that is missing or cannot be read, and so does opening the ledger', async () => {
  await threeBlocks()
  const file = join(dir, 'genesis.json')
  const whole = await readFile(file, 'utf8')
  const { genesis: _, ...without } = common
  for (const text of ['', whole.slice(0, 9), 'null', '{}']) {
    await writeFile(file, text)
    const corrupt = { code: 'GENESIS_CORRUPT', data: { path: file }, message: expect.stringContaining(file) }
    await expect(verify()).rejects.toMatchObject(corrupt)
    await expect(openSolo({ ...without, dir })).rejects.toMatchObject(corrupt)
  }
  await rm(file)
  const missing = { code: 'GENESIS_MISSING', message: expect.stringContaining('give the folder that holds') }
  await expect(verify()).rejects.toMatchObject(missing)
  await writeFile(file, whole)
  expect(await verify()).toMatchObject({ ok: true, height: 3 })
})

it('names a log that is missing', async () => {
  await threeBlocks()
  await rm(join(dir, 'blocks'), { recursive: true })
  const detail = expect.stringMatching(/blocks is missing: give the folder that holds/)
  expect(await verify()).toMatchObject({ ok: false, height: 0, difference: { height: 1, detail } })
})

it('reads a folder in use, and changes nothing in one that cannot be written', async () => {
  const bytes = await threeBlocks()
  const engine = await openSolo({ ...common, dir })
  await engine.start()
  await engine.submit(tinyTx(alice, 'd', { key: 'd', value: 'd' }))
  expect(await verify()).toMatchObject({ ok: true, height: 4, droppedBytes: 0 })
  await engine.stop()

  await rm(join(dir, 'state', 'lock.mdb'))
  await writeFile(logFile(), Buffer.concat([bytes, encodeRecord(4, 'x').subarray(0, 9)]))
  const folders = [dir, join(dir, 'blocks'), join(dir, 'state')]
  for (const folder of folders) await chmod(folder, 0o500)
  const before = await Promise.all(folders.map(contents))
  await verify()
  expect(await Promise.all(folders.map(contents))).toEqual(before)
  for (const folder of folders) await chmod(folder, 0o700)
})

async function contents(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).sort()
  return await Promise.all(
    names.map(async name => {
      const { size, mtimeMs } = await stat(join(folder, name))
      return `${name} ${size} ${mtimeMs}`
    }),
  )
}
