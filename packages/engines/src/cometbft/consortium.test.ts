import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { verifyInPlace, verifyLedger } from '../index.js'
import { type CometbftEngine, openCometbft } from './cometbft.js'
import type { CometbftEvent, CometbftOptions } from './options.js'
import { cometbftKeys, findCometbft, freePort } from './process/index.js'
import { Rpc } from './rpc.js'
import { bundle, missingCometbft, payer, walletGenesis } from './testing/index.js'

const alice = payer('alice')
const bob = payer('bob')
const pool = verifyInPlace()

let dir = ''
const opened: CometbftEngine[] = []
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'conet-consortium-'))
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map(engine => engine.stop()))
  await rm(dir, { recursive: true })
})

async function begin(options: Omit<CometbftOptions, 'pool'>): Promise<CometbftEngine> {
  const engine = await openCometbft({ pool, ...options })
  opened.push(engine)
  await engine.start()
  return engine
}

async function pay(engine: CometbftEngine, times: number): Promise<void> {
  for (let i = 0; i < times; i++) expect((await engine.submit(alice.pay(bob.did, 1))).code).toBe('OK')
}

async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await is())) await pause(50)
}

const balance = (engine: CometbftEngine, owner: string) =>
  (engine.query('accounts/balance', { owner, asset: 'credit' }) as { balance: unknown }).balance

function suite(): void {
  it('keeps an authentic refusal in a block, so that nobody can bring it again (LED-15)', async () => {
    const engine = await begin({ dir, genesis: walletGenesis([alice.did, bob.did]) })
    const tooMuch = alice.pay(bob.did, 5_000)
    expect((await engine.submit(tooMuch)).code).toBe('BALANCE_SHORT')
    expect(engine.info().height).toBe(1)
    expect((await engine.submit(tooMuch)).code).toBe('REPLAYED')
    expect(engine.info().height).toBe(1)
  })

  it('makes one proof block after work and none while idle', async () => {
    const engine = await begin({ dir, genesis: walletGenesis([alice.did, bob.did]) })
    await pay(engine, 1)
    await pause(1_000)
    const before = engine.engineHeight
    await pause(2_000)
    expect(engine.engineHeight).toBe(before)
    expect((await engine.block(1))?.engineHeight).toBe(before - 1)
    const header = (await engine.signedHeader(2))?.header as { app_hash: string; height: string }
    expect(header.app_hash.toLowerCase()).toBe(engine.info().appHash)
    expect(await engine.signedHeader(3)).toBeUndefined()
  })

  it('goes on where it was, also when the state is gone', async () => {
    const genesis = walletGenesis([alice.did, bob.did])
    const first = await begin({ dir, genesis })
    await pay(first, 3)
    const info = first.info()
    await first.stop()
    await rm(join(dir, 'state'), { recursive: true })
    const second = await begin({ dir, genesis })
    expect(second.info()).toEqual(info)
    await pay(second, 1)
    expect(second.info().height).toBe(info.height + 1)
    expect(String(balance(second, bob.did))).toBe('1004')
  })

  it('refuses a folder that CometBFT filled for another ledger, in words', async () => {
    const first = await begin({ dir, genesis: walletGenesis([alice.did, bob.did]) })
    await pay(first, 1)
    await first.stop()
    await rm(join(dir, 'genesis.json'))
    await rm(join(dir, 'blocks'), { recursive: true })
    await rm(join(dir, 'state'), { recursive: true })
    const events: CometbftEvent[] = []
    const other = { ...walletGenesis([bob.did]), timeMs: 1 }
    const failed = openCometbft({ pool, dir, genesis: other, onEvent: event => events.push(event) }).then(
      async engine => {
        opened.push(engine)
        void engine.start().catch(() => {})
        await until(() => events.some(event => event.type === 'ended'))
        return engine.trouble()
      },
    )
    expect(await failed).toMatchObject({ code: 'ENGINE_UNREACHABLE', message: expect.stringMatching(/genesis|hash/i) })
  }, 30_000)

  it('lets a new member load a snapshot in place of all blocks, check it, and go on from there', async () => {
    const validatorDir = join(dir, 'validator')
    await mkdir(validatorDir)
    const { validatorKey } = await cometbftKeys(join(validatorDir, 'cometbft'))
    const genesis = walletGenesis([alice.did, bob.did], [{ owner: alice.did, publicKey: validatorKey, power: 10 }])
    const rpcListen = `127.0.0.1:${await freePort()}`
    const validator = await begin({ dir: validatorDir, genesis, snapshotEvery: 4, rpcListen })
    await pay(validator, 11)
    const trusted = await validator.signedHeader(3)
    const { height, last_block_id } = (trusted?.header ?? {}) as { height: string; last_block_id: { hash: string } }
    const stateSync = {
      servers: [rpcListen, rpcListen],
      trustHeight: Number(height) - 1,
      trustHash: last_block_id.hash,
    }
    const options = { dir: join(dir, 'newcomer'), genesis, peers: [validator.address], snapshotEvery: 4 }
    const newcomer = await begin({ ...options, stateSync })
    await until(() => newcomer.info().height === 11)
    expect(newcomer.info()).toEqual(validator.info())
    expect(await newcomer.block(3)).toBeUndefined()
    const ending = new AbortController()
    for await (const block of newcomer.blocks(1, ending.signal)) {
      expect(block.height).toBeGreaterThan(3)
      ending.abort()
    }
    await pay(newcomer, 2)
    await until(() => validator.info().height === 13)
    await newcomer.stop()
    const again = await begin({ ...options, stateSync })
    await until(() => again.info().height === 13)
    expect(again.info().appHash).toBe(validator.info().appHash)
    const report = await verifyLedger({ dir: join(dir, 'newcomer') }, { pool })
    expect(report.difference?.detail).toMatch(/begins with a snapshot of block/)

    await again.stop()
    await rm(join(options.dir, 'state'), { recursive: true })
    const advice = 'or delete "state", "blocks" and "base.json" beside it and run "cometbft reset-state --home"'
    const refused = { code: 'STATE_MISMATCH', message: expect.stringContaining(advice) }
    await expect(openCometbft({ pool, ...options, stateSync })).rejects.toMatchObject(refused)
    for (const part of ['state', 'blocks', 'base.json']) await rm(join(options.dir, part), { recursive: true })
    execFileSync((await findCometbft()).path, ['reset-state', '--home', join(options.dir, 'cometbft')])
    const anew = await begin({ ...options, stateSync })
    await until(() => anew.info().height === 13)
    expect(anew.info().appHash).toBe(validator.info().appHash)
  }, 60_000)

  it('takes rubbish from peers and from the RPC without a word from the ledger', async () => {
    const engine = await begin({ dir, genesis: walletGenesis([alice.did, bob.did]) })
    const rpc = new Rpc(join(dir, 'cometbft', 'rpc.sock'))
    const good = alice.pay(bob.did, 1)
    const forged = `${good.slice(0, -4)}AAAA`
    await rpc.broadcast([
      '',
      'rubbish',
      'conet-wake/1',
      'a.b.c',
      forged,
      '\u00ff\u0000',
      good.slice(1),
      'x'.repeat(300_000),
    ])
    await pay(engine, 2)
    expect(engine.info().height).toBe(2)
    const blocks = await Promise.all([1, 2].map(height => engine.block(height)))
    expect(blocks.flatMap(block => block?.txs ?? [])).toHaveLength(2)
    rpc.close()
  })

  it('loses nothing and runs each once when two nodes bundle the same transactions, beside a hostile bundle of them', async () => {
    const dirs = ['a', 'b'].map(name => join(dir, name))
    for (const folder of dirs) await mkdir(folder)
    const keys = await Promise.all(dirs.map(folder => cometbftKeys(join(folder, 'cometbft'))))
    const validators = keys.map(({ validatorKey: publicKey }) => ({ owner: alice.did, publicKey, power: 10 }))
    const genesis = walletGenesis([alice.did, bob.did], validators)
    const ports = [await freePort(), await freePort()]
    const peers = keys.map(({ nodeId }, i) => `${nodeId}@127.0.0.1:${ports[i]}`)
    const [a, b] = (await Promise.all(
      dirs.map((folder, i) => {
        const p2p = { host: '127.0.0.1', port: ports[i] ?? 0 }
        return begin({ dir: folder, genesis, p2p, peers: peers.filter((_, other) => other !== i) })
      }),
    )) as [CometbftEngine, CometbftEngine]
    const txs = Array.from({ length: 150 }, () => alice.pay(bob.did, 1))
    const forged = `${txs[0]?.slice(0, -4)}AAAA`
    const rpc = new Rpc(join(dir, 'b', 'cometbft', 'rpc.sock'))
    await rpc.broadcast([[forged, ...txs.slice(0, 20)].join('\n'), [...txs.slice(100, 120), 'rubbish'].join('\n')])
    const results = await Promise.all([
      ...txs.slice(0, 100).map(tx => a.submit(tx)),
      ...txs.slice(50).map(tx => b.submit(tx)),
    ])
    const codes = new Map<string, string[]>()
    for (const { hash, code } of results) codes.set(hash, [...(codes.get(hash) ?? []), code])
    expect(codes.size).toBe(150)
    // Whoever comes after the block is told that it ran; whoever waited for it gets its result.
    for (const answers of codes.values()) expect(answers.filter(code => code !== 'REPLAYED')).toContain('OK')
    await until(() => a.info().height === b.info().height && String(balance(a, bob.did)) === '1150')
    expect(a.info()).toEqual(b.info())
    const heights = Array.from({ length: a.info().height }, (_, i) => i + 1)
    const blocks = await Promise.all(heights.map(height => a.block(height)))
    const kept = blocks.flatMap(block => block?.txs ?? [])
    expect(kept.toSorted()).toEqual(txs.toSorted())
    expect(blocks.flatMap(block => block?.result.results ?? []).every(({ code }) => code === 'OK')).toBe(true)
    rpc.close()
  }, 60_000)

  it('pays vouchers once that come in several bundles, and has none of them left in its mempool', async () => {
    const engine = await begin({ dir, genesis: walletGenesis([alice.did, bob.did]) })
    const rpc = new Rpc(join(dir, 'cometbft', 'rpc.sock'))
    const vouchers = Array.from({ length: 20 }, () => alice.promise(bob.did, 2))
    await rpc.broadcast(vouchers.map((_, i) => bundle(...vouchers.slice(i), ...vouchers.slice(0, i))))
    await until(() => String(balance(engine, bob.did)) === '1040')
    await pay(engine, 1)
    await until(async () => ((await rpc.call('num_unconfirmed_txs')) as { n_txs: string }).n_txs === '0')
    const heights = Array.from({ length: engine.info().height }, (_, i) => i + 1)
    const blocks = await Promise.all(heights.map(height => engine.block(height)))
    expect(blocks.flatMap(block => block?.result.results ?? []).map(({ code }) => code)).toEqual(Array(21).fill('OK'))
    rpc.close()
  }, 30_000)

  it('does not start while another holds the folder, nor without the program', async () => {
    const genesis = walletGenesis([alice.did])
    await begin({ dir, genesis })
    await expect(openCometbft({ pool, dir, genesis })).rejects.toMatchObject({ code: 'DATA_LOCKED' })
    const env = { CONET_COMETBFT: join(dir, 'none') }
    await expect(openCometbft({ pool, dir, genesis, env })).rejects.toMatchObject({ code: 'ENGINE_MISSING' })
    await writeFile(join(dir, 'old'), '#!/bin/sh\necho 0.38.1\n', { mode: 0o755 })
    const old = { CONET_COMETBFT: join(dir, 'old') }
    await expect(openCometbft({ pool, dir, genesis, env: old })).rejects.toThrow(/0\.38\.1, but 0\.39 is needed/)
  })
}

const missing = await missingCometbft()
if (missing === undefined) describe('a consortium', suite)
else {
  it('a consortium', context => {
    console.log(`SKIPPED: ${missing}`)
    context.skip(missing)
  })
}
