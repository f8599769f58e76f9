import { afterEach, describe, expect, it } from 'vitest'
import type { CommittedBlock, Engine } from './contract.js'
import { tinySigner, tinyTx } from './testing/index.js'

/** An engine over the tiny application with the clock that it was given. */
export interface EngineUnderTest {
  readonly engine: Engine
  /** Moves the clock of whoever makes the blocks. */
  advance(ms: number): void
  /** Stops and removes everything that was opened for this test. */
  close(): Promise<void>
}

const alice = tinySigner('alice')
const set = (key: string, value = key, more: object = {}) => tinyTx(alice, `${key}/${value}`, { key, value, ...more })

/**
 * The contract every engine keeps (contract.ts), as tests. `open` gives a started engine over the tiny application.
 */
export function engineSuite(name: string, open: () => Promise<EngineUnderTest>): void {
  const opened: EngineUnderTest[] = []
  const begin = async () => {
    const made = await open()
    opened.push(made)
    return made
  }
  afterEach(async () => {
    for (const made of opened.splice(0)) await made.close()
  })
  describe(`engine contract: ${name}`, () => {
    submits(begin)
    refuses(begin)
    reads(begin)
    stops(begin)
  })
}

type Begin = () => Promise<EngineUnderTest>

/** Blocks 1 to the one that holds what was submitted last. */
async function blocksUntil(engine: Engine, enough: (blocks: readonly CommittedBlock[]) => boolean) {
  const ending = new AbortController()
  const blocks: CommittedBlock[] = []
  for await (const block of engine.blocks(1, ending.signal)) {
    blocks.push(block)
    if (enough(blocks)) ending.abort()
  }
  return blocks
}

const countTxs = (blocks: readonly CommittedBlock[]) => blocks.reduce((sum, block) => sum + block.txs.length, 0)

function submits(begin: Begin): void {
  it('answers a transaction when it is applied and in a block', async () => {
    const { engine } = await begin()
    const tx = set('a', '1')
    const result = await engine.submit(tx)
    expect(result.code).toBe('OK')
    expect(result.events).toEqual([{ type: 'tiny/set', key: 'a', value: '1' }])
    expect(engine.info().height).toBe(1)
    expect(engine.query('tiny/get', { key: 'a' })).toBe('1')
    expect(engine.find(result.hash)).toEqual(result)
    expect((await engine.block(1))?.txs).toEqual([tx])
  })

  it('orders many as they came, each in one block once', async () => {
    const { engine } = await begin()
    const txs = Array.from({ length: 300 }, (_, i) => set(`k${i}`))
    const results = await Promise.all(txs.map(tx => engine.submit(tx)))
    expect(results.every(result => result.code === 'OK')).toBe(true)
    const blocks = await blocksUntil(engine, all => countTxs(all) >= 300)
    const kept = new Set(blocks.flatMap(block => block.txs))
    expect([countTxs(blocks), txs.filter(tx => !kept.has(tx)).length]).toEqual([300, 0])
    expect(blocks.map(block => block.height)).toEqual(blocks.map((_, i) => i + 1))
  })

  it('answers the same transaction submitted twice at once with one result', async () => {
    const { engine } = await begin()
    const tx = set('twice')
    const [first, second] = await Promise.all([engine.submit(tx), engine.submit(tx)])
    expect(first.code).toBe('OK')
    expect(['OK', 'REPLAYED']).toContain(second.code)
    expect(countTxs(await blocksUntil(engine, all => countTxs(all) >= 1))).toBe(1)
  })
}

function refuses(begin: Begin): void {
  it('refuses what is no envelope, an unknown signer and a replay, without a block', async () => {
    const { engine } = await begin()
    const tx = set('a')
    await engine.submit(tx)
    const { height } = engine.info()
    expect((await engine.submit('not an envelope')).code).toBe('ENVELOPE_MALFORMED')
    expect((await engine.submit(tx)).code).toBe('REPLAYED')
    const stranger = { kid: 'did:web:nobody#1', sign: alice.sign }
    expect((await engine.submit(tinyTx(stranger, 'n', { key: 'x', value: 'x' }))).code).toBe('SIGNER_UNKNOWN')
    expect(engine.info().height).toBe(height)
  })

  it('refuses a forged signature, and the true message afterwards succeeds', async () => {
    const { engine } = await begin()
    const tx = set('forged')
    const other = set('other')
    const forged = tx.slice(0, tx.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'))
    const [bad, good] = await Promise.all([engine.submit(forged), engine.submit(tx)])
    expect(bad.code).toBe('SIGNATURE_INVALID')
    expect(good.code).toBe('OK')
    expect((await engine.submit(forged)).code).toBe('SIGNATURE_INVALID')
  })

  it('gives the code and plain data of a transaction that the machine refuses, and changes nothing', async () => {
    const { engine } = await begin()
    const result = await engine.submit(set('r', 'r', { refuse: true }))
    expect(result).toMatchObject({ code: 'TINY_REFUSED', data: { amount: '12' } })
    expect(engine.query('tiny/get', { key: 'r' })).toBeUndefined()
    const after = await engine.submit(set('after'))
    expect(after.code).toBe('OK')
  })

  it('takes the good ones among refused ones', async () => {
    const { engine } = await begin()
    const txs = Array.from({ length: 30 }, (_, i) => set(`m${i}`, 'v', i % 3 === 0 ? { refuse: true } : {}))
    const codes = (await Promise.all(txs.map(tx => engine.submit(tx)))).map(result => result.code)
    expect(codes).toEqual(txs.map((_, i) => (i % 3 === 0 ? 'TINY_REFUSED' : 'OK')))
    expect(txs.map((_, i) => engine.query('tiny/get', { key: `m${i}` }))).toEqual(
      txs.map((_, i) => (i % 3 === 0 ? undefined : 'v')),
    )
  })
}

function reads(begin: Begin): void {
  it('gives old blocks, then live ones, and none above its height', async () => {
    const { engine } = await begin()
    await engine.submit(set('a'))
    expect(await engine.block(2)).toBeUndefined()
    const reading = blocksUntil(engine, all => all.length === 3)
    await engine.submit(set('b'))
    await engine.submit(set('c'))
    const blocks = await reading
    expect(blocks.map(block => block.height)).toEqual([1, 2, 3])
    expect(blocks.at(-1)?.result.appHash).toBe(engine.info().appHash)
    expect(blocks.every((block, i) => block.timeMs >= (blocks[i - 1]?.timeMs ?? 0))).toBe(true)
  })

  it('makes a block for scheduled work when it is due, and none before', async () => {
    const { engine, advance } = await begin()
    await engine.submit(set('a'))
    const { timeMs } = engine.info()
    await engine.submit(set('due', 'x', { dropAtMs: timeMs + 60_000 }))
    const { height } = engine.info()
    expect(engine.query('tiny/get', { key: 'due' })).toBe('x')
    advance(60_000)
    const blocks = await blocksUntil(engine, all => all.length > height)
    expect(blocks.at(-1)).toMatchObject({ txs: [], result: { scheduled: [{ type: 'tiny/dropped', key: 'due' }] } })
    expect(engine.query('tiny/get', { key: 'due' })).toBeUndefined()
  })

  it('ends readers that were aborted', async () => {
    const { engine } = await begin()
    const ending = new AbortController()
    const next = engine.blocks(1, ending.signal)[Symbol.asyncIterator]().next()
    ending.abort()
    expect((await next).done).toBe(true)
  })
}

function stops(begin: Begin): void {
  it('finishes what it accepted, then refuses, and ends its readers', async () => {
    const { engine } = await begin()
    const ending = new AbortController()
    await engine.submit(set('before'))
    const reader = engine
      .blocks(engine.info().height + 2, ending.signal)
      [Symbol.asyncIterator]()
      .next()
    const last = engine.submit(set('last')).then(
      result => result.code,
      error => error.code,
    )
    await engine.stop()
    expect(['OK', 'ENGINE_STOPPED']).toContain(await last)
    await expect(engine.submit(set('after'))).rejects.toMatchObject({ code: 'ENGINE_STOPPED', verdict: 'retry' })
    expect((await reader).done).toBe(true)
    await engine.stop()
  })
}
