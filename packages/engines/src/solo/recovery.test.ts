import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSolo, verifyInPlace, verifyLedger } from '../index.js'
import { type LogFs, segmentName } from '../replica/log/index.js'
import { type Fault, faultFs, TINY_GENESIS, tinyApplication, tinySigner, tinyTx } from '../testing/index.js'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'conet-recovery-'))
})
afterEach(() => rm(dir, { recursive: true }))

const common = { application: tinyApplication, genesis: TINY_GENESIS, pool: verifyInPlace(), clock: () => 10_000 }
const alice = tinySigner('alice')
const set = (key: string) => tinyTx(alice, key, { key, value: key })

async function openHere(fs?: LogFs) {
  const engine = await openSolo({ ...common, dir, segmentBytes: 2_000, ...(fs === undefined ? {} : { fs }) })
  await engine.start()
  return engine
}

/** Submits one after the other until one fails. @returns keys that were acknowledged */
async function submitUntilFailure(fs: LogFs, count: number): Promise<string[]> {
  const engine = await openHere(fs)
  const acknowledged: string[] = []
  try {
    for (let i = 0; i < count; i++) {
      const result = await engine.submit(set(`k${i}`))
      if (result.code === 'OK') acknowledged.push(`k${i}`)
    }
  } catch {
    // The planned crash: what counts is what the next opening finds.
  }
  await engine.stop()
  return acknowledged
}

/** Opens again, finds what was acknowledged, goes on, and compares with a fresh replay. @returns the height found */
async function expectEverything(acknowledged: readonly string[]): Promise<number> {
  const engine = await openHere()
  for (const key of acknowledged) expect(engine.query('tiny/get', { key })).toBe(key)
  const found = engine.info().height
  await engine.submit(set('afterwards'))
  const { height, appHash } = engine.info()
  await engine.stop()
  expect(await verifyLedger({ dir }, common)).toMatchObject({ ok: true, height, appHash })
  return found
}

describe('recovery', () => {
  it('finds every acknowledged transaction after a crash at any operation on the disk', async () => {
    const seen = new Set<number>()
    for (let at = 1; ; at++) {
      await rm(dir, { recursive: true, force: true })
      const fault: Fault = { at, kind: 'crash', keepBytes: (at * 37) % 900 }
      const fs = faultFs(fault)
      const acknowledged = await submitUntilFailure(fs, 8)
      const height = await expectEverything(acknowledged)
      expect(height).toBeGreaterThanOrEqual(acknowledged.length)
      expect(height).toBeLessThanOrEqual(acknowledged.length + 1)
      seen.add(height)
      if (acknowledged.length === 8) break
    }
    expect(seen.size).toBe(9)
  }, 60_000)

  it('refuses nothing that fits, tells a full disk, and goes on when there is room again', async () => {
    const fs = faultFs({ at: 8, kind: 'full', lasts: 6 })
    const engine = await openHere(fs)
    const codes: string[] = []
    const troubles = new Set<unknown>()
    for (let i = 0; codes.filter(code => code === 'OK').length < 6; i++) {
      const answer = await engine.submit(set(`k${i}`)).catch((error: { code: string }) => error)
      codes.push(answer.code)
      troubles.add((engine.trouble?.() as { code?: string } | undefined)?.code)
      if (answer.code !== 'OK') await new Promise(resolve => setTimeout(resolve, 50))
    }
    expect(codes).toContain('DISK_FULL')
    expect([...troubles]).toEqual([undefined, 'DISK_FULL'])
    expect(engine.trouble?.()).toBeUndefined()
    const sentAway = `k${codes.indexOf('DISK_FULL')}`
    expect((await engine.submit(set(sentAway))).code).toBe('OK')
    const { appHash, height } = engine.info()
    await engine.stop()
    expect(engine.trouble?.()).toMatchObject({ code: 'ENGINE_STOPPED' })
    expect(await verifyLedger({ dir }, common)).toMatchObject({ ok: true, height, appHash })
  })

  it('keeps a second opener out and names the holder', async () => {
    const engine = await openHere()
    await expect(openHere()).rejects.toMatchObject({ code: 'DATA_LOCKED', data: { pid: process.pid } })
    await engine.stop()
    await (await openHere()).stop()
  })

  it('refuses a folder of another ledger, and needs a genesis only once', async () => {
    await (await openHere()).stop()
    const other = { ...common, dir, genesis: { ...TINY_GENESIS, timeMs: 2_000 } }
    await expect(openSolo(other)).rejects.toMatchObject({ code: 'GENESIS_MISMATCH' })
    const { genesis: _, ...without } = common
    await (await openSolo({ ...without, dir })).stop()
    await expect(openSolo({ ...without, dir: join(dir, 'empty') })).rejects.toMatchObject({ code: 'GENESIS_MISSING' })
  })

  it('says that blocks are missing when the state is ahead of the log', async () => {
    const engine = await openHere()
    await engine.submit(set('a'))
    await engine.stop()
    await writeFile(join(dir, 'blocks', segmentName(1)), '')
    await expect(openHere()).rejects.toMatchObject({ code: 'LOG_CORRUPT', data: { height: 0, state: 1 } })
  })

  it('rebuilds the state from the log alone', async () => {
    const engine = await openHere()
    for (const key of ['a', 'b', 'c']) await engine.submit(set(key))
    const before = engine.info()
    await engine.stop()
    await rm(join(dir, 'state'), { recursive: true })
    const again = await openHere()
    expect(again.info()).toEqual(before)
    await again.stop()
  })
})

describe('offline verification', () => {
  it('names the first block whose invariant is broken', async () => {
    const engine = await openHere()
    for (const key of ['a', 'b', 'broken', 'c', 'd']) await engine.submit(set(key))
    await engine.stop()
    for (const invariantsEvery of [1, 2, 1_000]) {
      const report = await verifyLedger({ dir }, { ...common, invariantsEvery })
      expect(report).toMatchObject({ ok: false, height: 2, difference: { height: 3, reason: 'invariant' } })
    }
  })

  it('names a changed result, a changed signature and a damaged record', async () => {
    const engine = await openHere()
    for (const key of ['a', 'b']) await engine.submit(set(key))
    const blocks = await Promise.all([1, 2].map(height => engine.block(height)))
    await engine.stop()
    const [one, two] = blocks
    if (one === undefined || two === undefined) throw new Error('the blocks are there')
    const verify = (block: typeof two) => {
      const source = {
        genesis: TINY_GENESIS,
        async *blocks() {
          yield one
          yield block
        },
      }
      return verifyLedger(source, common)
    }
    const results = two.result.results.map(result => ({ ...result, code: 'BAD' }))
    expect((await verify({ ...two, result: { ...two.result, results } })).difference?.reason).toBe('results')
    const swapped = two.txs.map(tx => tx.slice(0, tx.lastIndexOf('.')) + one.txs[0]?.slice(one.txs[0].lastIndexOf('.')))
    expect((await verify({ ...two, txs: swapped })).difference).toMatchObject({ height: 2, reason: 'signature' })
    expect((await verify(one)).difference).toMatchObject({ reason: 'order' })
    const at = (timeMs: number) => verify({ ...two, timeMs, result: { ...two.result, timeMs } })
    expect((await at(one.timeMs - 1)).difference).toMatchObject({ reason: 'time' })
    expect((await at(Number.MAX_SAFE_INTEGER)).ok).toBe(true)
    expect((await verify(two)).ok).toBe(true)

    const path = join(dir, 'blocks', segmentName(1))
    const bytes = await readFile(path)
    bytes[40] = (bytes[40] ?? 0) ^ 1
    await writeFile(path, bytes)
    expect((await verifyLedger({ dir }, common)).difference).toMatchObject({ height: 1, reason: 'damaged' })
  })
})
