import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConetError } from '@conet/core/errors'
import { afterEach, expect, it, vi } from 'vitest'
import { type Engine, followSolo, openSolo, verifyInPlace, verifyLedger } from '../index.js'
import { engineSuite } from '../suite.js'
import { serveLedger, TINY_GENESIS, tinyApplication, tinySigner, tinyTx } from '../testing/index.js'

const common = { application: tinyApplication, pool: verifyInPlace() }
const alice = tinySigner('alice')
const set = (key: string) => tinyTx(alice, key, { key, value: key })

engineSuite('follower of a solo engine', async () => {
  let nowMs = 10_000
  const leader = await openSolo({ ...common, genesis: TINY_GENESIS, clock: () => nowMs })
  await leader.start()
  const server = await serveLedger(leader)
  const engine = await followSolo({ ...common, url: server.url })
  await engine.start()
  return {
    engine,
    advance: ms => {
      nowMs += ms
    },
    async close() {
      await engine.stop()
      await server.close()
      await leader.stop()
    },
  }
})

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function leaderWith(count: number, spoil?: (event: string) => string) {
  const leader = await openSolo({ ...common, genesis: TINY_GENESIS, clock: () => 10_000 })
  await leader.start()
  for (let i = 0; i < count; i++) await leader.submit(set(`k${i}`))
  const server = await serveLedger(leader, spoil)
  cleanups.push(
    () => leader.stop(),
    () => server.close(),
  )
  return { leader, server }
}

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'conet-follow-'))
  cleanups.push(() => rm(dir, { recursive: true }))
  return dir
}

async function reaches(engine: Engine, height: number): Promise<void> {
  const ending = new AbortController()
  for await (const block of engine.blocks(height, ending.signal)) if (block.height >= height) ending.abort()
}

it('catches up, survives a cut connection, and goes on from its own folder', async () => {
  const { leader, server } = await leaderWith(20)
  const dir = await folder()
  const first = await followSolo({ ...common, url: server.url, dir })
  await first.start()
  await reaches(first, 20)
  server.cut()
  await leader.submit(set('after the cut'))
  await reaches(first, 21)
  await first.stop()

  await leader.submit(set('while away'))
  const second = await followSolo({ ...common, url: server.url, dir })
  cleanups.push(() => second.stop())
  expect(second.info().height).toBe(21)
  await second.start()
  await reaches(second, 22)
  expect(second.info()).toEqual(leader.info())
})

/** Follows a leader whose events are changed on the way; gives the code it stops with. */
async function followSpoiled(spoil: (event: string) => string) {
  const { server } = await leaderWith(3, spoil)
  const dir = await folder()
  let onFork: (error: ConetError) => void = () => {}
  const forked = new Promise<ConetError>(resolve => {
    onFork = resolve
  })
  const follower = await followSolo({ ...common, url: server.url, dir, onFork })
  cleanups.push(() => follower.stop())
  await follower.start()
  return { error: await forked, follower, dir }
}

it('stops at a wrong app hash, keeps the block as evidence and takes nothing more', async () => {
  const spoil = (event: string) => event.replace(/^(id: 2\n.*"appHash":")[0-9a-f]{8}/s, '$100000000')
  const { error, follower, dir } = await followSpoiled(spoil)
  expect(error).toMatchObject({ code: 'LEDGER_FORKED', verdict: 'punish', data: { height: 2, reason: 'app-hash' } })
  expect(follower.info().height).toBe(1)
  expect(await readdir(join(dir, 'evidence'))).toEqual(['fork-2.json'])
  await expect(follower.submit(set('x'))).rejects.toMatchObject({ code: 'LEDGER_FORKED' })
  expect(follower.trouble?.()).toMatchObject({ code: 'LEDGER_FORKED' })
})

/** Tells another time of block 2, which no signature and no app hash covers. */
const retimed = (event: string, timeMs: number) =>
  event.startsWith('id: 2\n') ? event.replaceAll(/"timeMs":\d+/g, `"timeMs":${timeMs}`) : event

it('takes no block far ahead of its own clock, says so, and goes on when the leader tells the truth', async () => {
  let timeMs = 10_000 + 5 * 60_000 + 1
  const { leader, server } = await leaderWith(3, event => retimed(event, timeMs))
  const follower = await followSolo({ ...common, url: server.url, clock: () => 10_000 })
  cleanups.push(() => follower.stop())
  await follower.start()
  await expect
    .poll(() => follower.trouble?.())
    .toMatchObject({ code: 'BLOCK_MALFORMED', data: { height: 2, reason: 'future' } })
  expect(follower.info()).toMatchObject({ height: 1, timeMs: 10_000 })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  cleanups.push(async () => vi.useRealTimers())
  const submitted = follower.submit(set('later')).catch((error: unknown) => error)
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await Promise.race([submitted, undefined])).toMatchObject({ code: 'ENGINE_UNREACHABLE' })
  })
  expect(String(await submitted)).toMatch(/Check the clocks of both machines/)
  vi.useRealTimers()
  timeMs = 10_000
  await reaches(follower, 4)
  expect(follower.info()).toEqual(leader.info())
  expect(follower.trouble?.()).toBeUndefined()
})

it('says that a height is wrong, and asks again', async () => {
  let isWrong = true
  const spoil = (event: string) => (isWrong ? event.replaceAll('"height":2', '"height":7') : event)
  const { server } = await leaderWith(2, spoil)
  const follower = await followSolo({ ...common, url: server.url })
  cleanups.push(() => follower.stop())
  await follower.start()
  await expect.poll(() => follower.trouble?.()).toMatchObject({ code: 'BLOCK_MALFORMED', data: { reason: 'order' } })
  isWrong = false
  await reaches(follower, 2)
})

it('stops at a block that goes back in time', async () => {
  const { error, follower, dir } = await followSpoiled(event => retimed(event, 9_999))
  expect(error).toMatchObject({ code: 'LEDGER_FORKED', data: { height: 2, reason: 'time' } })
  expect(await readdir(join(dir, 'evidence'))).toEqual(['fork-2.json'])
  expect(follower.trouble?.()).toMatchObject({ code: 'LEDGER_FORKED' })
})

it('stops at a signature that the leader did not have', async () => {
  const other = set('other')
  const signature = other.slice(other.lastIndexOf('.') + 1)
  const spoil = (event: string) => event.replace(/^(id: 3\n.*"txs":\["[^"]*\.)[^".]+"/s, `$1${signature}"`)
  expect((await followSpoiled(spoil)).error.data).toMatchObject({ height: 3, reason: 'signature' })
})

it('believes its own results, not those it was told', async () => {
  const { server } = await leaderWith(1, event => event.replace('"code":"OK"', '"code":"BAD"'))
  const follower = await followSolo({ ...common, url: server.url })
  cleanups.push(() => follower.stop())
  await follower.start()
  await reaches(follower, 1)
  expect((await follower.block(1))?.result.results[0]?.code).toBe('OK')
})

it('says that its ledger is gone, told once, and that it is heard again', async () => {
  const { server } = await leaderWith(2)
  let isDown = false
  const told: (string | undefined)[] = []
  const follower = await followSolo({
    ...{ ...common, url: server.url, patienceMs: 300, onSource: gone => told.push(gone?.code) },
    fetch: async (input, init) => {
      if (isDown) throw new Error('no route')
      return await fetch(input, init)
    },
  })
  cleanups.push(() => follower.stop())
  await follower.start()
  await reaches(follower, 2)
  isDown = true
  server.cut()
  await expect.poll(() => follower.trouble?.(), { timeout: 5_000 }).toMatchObject({ code: 'ENGINE_UNREACHABLE' })
  isDown = false
  await expect.poll(() => follower.trouble?.(), { timeout: 15_000 }).toBeUndefined()
  expect(told).toEqual(['ENGINE_UNREACHABLE', undefined])
}, 30_000)

it('goes on saying that a block was refused until one was taken', async () => {
  const { server } = await leaderWith(2, event => event.replaceAll('"height":2', '"height":7'))
  let asked = 0
  const counted: typeof fetch = async (input, init) => {
    if (String(input).includes('/stream')) asked += 1
    return await fetch(input, init)
  }
  const follower = await followSolo({ ...common, url: server.url, fetch: counted })
  cleanups.push(() => follower.stop())
  await follower.start()
  await expect.poll(() => follower.trouble?.()).toMatchObject({ code: 'BLOCK_MALFORMED' })
  const seen = new Set<string | undefined>()
  const look = setInterval(() => seen.add((follower.trouble?.() as ConetError | undefined)?.code), 1)
  await expect.poll(() => asked, { timeout: 5_000 }).toBeGreaterThan(2)
  clearInterval(look)
  expect([...seen]).toEqual(['BLOCK_MALFORMED'])
})

it('says that the other node cannot be reached', async () => {
  const { server } = await leaderWith(0)
  await server.close()
  await expect(followSolo({ ...common, url: server.url })).rejects.toMatchObject({
    code: 'ENGINE_UNREACHABLE',
    verdict: 'retry',
  })
})

it('keeps a log that verifies offline', async () => {
  const { server } = await leaderWith(5)
  const dir = await folder()
  const follower = await followSolo({ ...common, url: server.url, dir })
  await follower.start()
  await reaches(follower, 5)
  const { appHash } = follower.info()
  expect(await verifyLedger({ dir }, common)).toEqual({
    ok: true,
    lid: 'tiny',
    height: 5,
    appHash,
    txs: 5,
    droppedBytes: 0,
  })
  await follower.stop()
})

/** A leader that answers, then never lets its stream go, whatever is asked of it. */
function deafFetch(asked: () => void): typeof globalThis.fetch {
  return async input => {
    if (!String(input).includes('/stream')) return new Response(JSON.stringify(TINY_GENESIS))
    const body = new ReadableStream<Uint8Array>({
      start: controller => controller.enqueue(new TextEncoder().encode(': conet ledger\n\n')),
      pull: () => asked(),
      cancel: () => new Promise(() => {}),
    })
    return new Response(body)
  }
}

it('stops while its leader has fallen silent in the middle of the stream', async () => {
  let waits: () => void = () => {}
  const waiting = new Promise<void>(resolve => {
    waits = resolve
  })
  const follower = await followSolo({ ...common, url: 'http://leader', fetch: deafFetch(() => waits()) })
  await follower.start()
  await waiting
  await new Promise(resolve => setImmediate(resolve))
  const stopped = follower.stop().then(() => 'stopped')
  const tooLate = new Promise(resolve => setTimeout(() => resolve('still waiting'), 3_000).unref())
  expect(await Promise.race([stopped, tooLate])).toBe('stopped')
})

it('believes no acceptance that its own replica does not show', async () => {
  const { server } = await leaderWith(1)
  const lie: typeof fetch = (url, init) =>
    String(url).endsWith('/v1/txs')
      ? Promise.resolve(Response.json({ hash: 'x', code: 'OK', data: {}, height: 1 }))
      : fetch(url, init)
  const follower = await followSolo({ ...common, url: server.url, fetch: lie as never })
  cleanups.push(() => follower.stop())
  await follower.start()
  await reaches(follower, 1)
  await expect(follower.submit(set('never ordered'))).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' })
})

it.each([
  [429, { error: { code: 'RATE_LIMITED', message: 'slow down' } }, 'RATE_LIMITED'],
  [500, { statusCode: 500, code: 'FST_ERR_X', error: 'Internal Server Error' }, 'ENGINE_UNREACHABLE'],
  [502, '<html>Bad Gateway</html>', 'ENGINE_UNREACHABLE'],
  [503, { error: { code: 'DISK_FULL', message: 'full', data: { dir: '/x' } } }, 'DISK_FULL'],
])('takes status %i of its leader for "not now", never for a refusal', async (status, body, code) => {
  const { server } = await leaderWith(1)
  const busy: typeof fetch = (url, init) =>
    String(url).endsWith('/v1/txs')
      ? Promise.resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }))
      : fetch(url, init)
  const follower = await followSolo({ ...common, url: server.url, fetch: busy })
  cleanups.push(() => follower.stop())
  await follower.start()
  await expect(follower.submit(set('x'))).rejects.toMatchObject({ code, verdict: 'retry' })
})

it('hands on a refusal of its leader as a result', async () => {
  const { server } = await leaderWith(1)
  const refusing: typeof fetch = (url, init) =>
    String(url).endsWith('/v1/txs')
      ? Promise.resolve(Response.json({ error: { code: 'BALANCE_SHORT', data: { due: '7' } } }, { status: 422 }))
      : fetch(url, init)
  const follower = await followSolo({ ...common, url: server.url, fetch: refusing })
  cleanups.push(() => follower.stop())
  await follower.start()
  expect(await follower.submit(set('x'))).toMatchObject({ code: 'BALANCE_SHORT', data: { due: '7' } })
})
