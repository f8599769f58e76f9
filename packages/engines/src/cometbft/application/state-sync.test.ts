import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import type { Application } from '@conet/core/ledger'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ledgerApplication } from '../../index.js'
import {
  memoryState,
  openLmdbState,
  openReplica,
  type Replica,
  type ReplicaOptions,
  readEnvelope,
  type StateSnapshot,
} from '../../replica/index.js'
import { payer, walletGenesis } from '../testing/index.js'
import { SnapshotStore } from './snapshot-store.js'
import { StateSync } from './state-sync.js'

const ACCEPT = 1
let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'conet-snapshots-'))
})
afterEach(() => rm(dir, { recursive: true }))

/** A ledger in memory with its snapshot of height 0, told as one of the engine's height 7. */
async function taken() {
  const app = ledgerApplication(memoryState())
  app.initGenesis(walletGenesis([payer('a').did, payer('b').did]))
  const store = await SnapshotStore.open(dir)
  store.take(app, 7)
  await store.settled()
  const [snapshot] = store.list()
  if (snapshot === undefined) throw new Error('it was taken')
  return { app, store, snapshot, appHash: Buffer.from(app.info().appHash, 'hex') }
}

function restoring() {
  const app = ledgerApplication(memoryState())
  const restored: StateSnapshot[] = []
  const sync = new StateSync(async snapshot => {
    app.restore(snapshot.info, snapshot.chunks)
    restored.push(snapshot)
  }, Date.now)
  return { app, sync, restored }
}

it('restores what was taken, byte for byte, and finds it again after a restart', async () => {
  const { app, snapshot, appHash } = await taken()
  const store = await SnapshotStore.open(dir)
  expect(store.list()).toEqual([snapshot])
  const { app: copy, sync, restored } = restoring()
  expect(sync.offer({ snapshot, appHash })).toEqual({ result: ACCEPT })
  const chunk = await store.chunk(7, 0)
  expect(await sync.apply({ index: 0, chunk, sender: 'p' })).toEqual({ result: ACCEPT })
  expect(copy.info()).toEqual(app.info())
  expect(restored[0]?.engineHeight).toBe(7)
})

it('finds a bad chunk when it comes, and asks another peer for it', async () => {
  const { store, snapshot, appHash } = await taken()
  const { sync } = restoring()
  sync.offer({ snapshot, appHash })
  const chunk = Buffer.from(await store.chunk(7, 0))
  chunk[3] = (chunk[3] ?? 0) ^ 1
  const RETRY = 3
  expect(await sync.apply({ index: 0, chunk, sender: 'liar' })).toEqual({
    result: RETRY,
    refetchChunks: [0],
    rejectSenders: ['liar'],
  })
  expect(await sync.apply({ index: 0, chunk: await store.chunk(7, 0), sender: 'p' })).toEqual({ result: ACCEPT })
})

it('refuses what is not the state that the light client vouches for', async () => {
  const { snapshot, appHash } = await taken()
  const { sync } = restoring()
  const [REJECT, FORMAT, REJECT_SNAPSHOT] = [3, 4, 5]
  expect(sync.offer({ snapshot, appHash: Buffer.alloc(32) })).toEqual({ result: REJECT })
  expect(sync.offer({ snapshot: { ...snapshot, format: 2 }, appHash })).toEqual({ result: FORMAT })
  expect(sync.offer({ snapshot: { ...snapshot, hash: Buffer.alloc(32) }, appHash })).toEqual({ result: REJECT })
  expect(sync.offer({ snapshot: { ...snapshot, metadata: Buffer.from('{') }, appHash })).toEqual({ result: REJECT })
  expect(sync.offer({ snapshot: null, appHash })).toEqual({ result: REJECT })
  expect(await sync.apply({ index: 0, chunk: Buffer.alloc(1), sender: 'p' })).toEqual({ result: REJECT_SNAPSHOT })
})

it('rejects a snapshot whose chunks are as announced but do not hash to the app hash', async () => {
  const { store, snapshot, appHash } = await taken()
  const sync = new StateSync(async () => {
    throw new ConetError('SNAPSHOT_MISMATCH', 'another state')
  }, Date.now)
  sync.offer({ snapshot, appHash })
  const REJECT_SNAPSHOT = 5
  expect(await sync.apply({ index: 0, chunk: await store.chunk(7, 0), sender: 'p' })).toEqual({
    result: REJECT_SNAPSHOT,
  })
})

it('refuses a snapshot whose time has not come, and begins with a true one in the same folder', async () => {
  const { app, store, snapshot, appHash } = await taken()
  const genesis = walletGenesis([payer('a').did, payer('b').did])
  const offerAt = async (now: number) => {
    const opened: Replica[] = []
    const sync = new StateSync(
      async one => void opened.push(await openReplica({ dir: join(dir, 'ledger'), genesis, snapshot: one })),
      () => now,
    )
    sync.offer({ snapshot, appHash })
    const answer = await sync.apply({ index: 0, chunk: await store.chunk(7, 0), sender: 'p' })
    for (const replica of opened) await replica.close()
    return answer
  }
  const [REJECT_SNAPSHOT, earliest] = [5, app.info().timeMs - 5 * 60_000]
  expect(await offerAt(earliest - 1)).toEqual({ result: REJECT_SNAPSHOT })
  expect(await offerAt(earliest)).toEqual({ result: ACCEPT })
})

it.each([
  ['whose state is gone', 'state'],
  ['whose base is damaged', 'base.json'],
])('leaves a folder %s as it is, and tells how to begin anew', async (_, part) => {
  const { store, snapshot, appHash } = await taken()
  const genesis = walletGenesis([payer('a').did, payer('b').did])
  const ledger = join(dir, 'ledger')
  const open = async (given: Partial<ReplicaOptions> = {}) => openReplica({ dir: ledger, genesis, ...given })
  const sync = new StateSync(async one => {
    const replica = await open({ snapshot: one })
    const { height, timeMs } = replica.info()
    await replica.commit(replica.finalize({ height: height + 1, timeMs, txs: [] }))
    await replica.close()
  }, Date.now)
  sync.offer({ snapshot, appHash })
  expect(await sync.apply({ index: 0, chunk: await store.chunk(7, 0), sender: 'p' })).toEqual({ result: ACCEPT })
  await (await open()).close()

  const away = join(dir, 'away')
  await rename(join(ledger, part), away)
  if (part === 'base.json') await writeFile(join(ledger, part), '{')
  const before = await readdir(ledger)
  const refused = { code: 'STATE_MISMATCH', message: expect.stringContaining('reset-state') }
  await expect(open()).rejects.toMatchObject(refused)
  await rm(join(ledger, part), { recursive: true, force: true })
  await rename(away, join(ledger, part))
  expect((await readdir(ledger)).sort()).toEqual([...new Set([...before, part])].sort())
  await (await open()).close()
})

it('keeps two snapshots', async () => {
  const { app, store } = await taken()
  store.take(app, 9)
  store.take(app, 11)
  await store.settled()
  expect(store.list().map(one => one.height)).toEqual([9, 11])
  expect((await readdir(dir)).sort()).toEqual(['11', '9'])
  expect(await store.chunk(7, 0)).toHaveLength(0)
})

function runBlock(app: Application, timeMs: number, ...texts: readonly string[]): void {
  const height = app.info().height + 1
  const txs = texts.map(text => {
    const envelope = readEnvelope(text, height)
    return { envelope, verifiedWith: app.signerKey(envelope) }
  })
  const { results } = app.finalizeBlock({ height, timeMs, txs })
  expect(results.map(result => result.code)).toEqual(texts.map(() => 'OK'))
  app.commit()
}

it('takes between two checkpoints what it takes right after one, and that can be restored', async () => {
  const [a, b] = [payer('a'), payer('b')]
  const state = await openLmdbState(join(dir, 'state'))
  const app = ledgerApplication(state)
  app.initGenesis(walletGenesis([a.did, b.did]))
  runBlock(app, Date.now(), a.pay(b.did, 5))
  await state.save(app.info())
  // The first account is emptied and a replay window ends: rows that are on disk but no more in the ledger.
  runBlock(app, Date.now() + 1_000, a.pay(b.did, 995))
  runBlock(app, Date.now() + 900_000)

  const store = await SnapshotStore.open(join(dir, 'snapshots'))
  store.take(app, 1)
  await state.save(app.info())
  store.take(app, 2)
  await store.settled()
  const [between, after] = store.list()
  expect(between?.hash).toEqual(after?.hash)
  const lines = Buffer.from(await store.chunk(1, 0))
    .toString('latin1')
    .split('\n')
  expect(lines).toEqual([...new Set(lines)])
  const { app: copy } = restoring()
  const info = { height: 3, chunks: 1, appHash: app.info().appHash }
  expect(copy.restore(info, [await store.chunk(1, 0)])).toEqual(app.info())
  await state.close()
})
