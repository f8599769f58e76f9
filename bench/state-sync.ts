import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Genesis } from '@conet/core/ledger'
import { type CometbftEngine, openCometbft, verifyInPlace } from '@conet/engines'
import { cometbftKeys, freePort } from '@conet/engines/cometbft'
import { type Account, ASSET, account, BALANCE, LID, transfer } from './consortium/load.js'
import { Program } from './consortium/program.js'
import { note, option, percentile, printFigures } from './lib.js'
import type { NewcomerPlan, Served } from './state-sync/newcomer.js'

/**
 * How long a new member takes until it serves, when it loads a snapshot in place of all blocks: from the start of its
 * process until it has every block and answers for a balance. One validator makes a chain of one transaction per block over
 * a genesis of many accounts; the two differ in nothing but when they began. Limit: 60 s at height 5,000 with 100,000
 * accounts. Beside it what a snapshot costs who takes it: the longest block among those that end with one
 * (`snapshotStallMs`), and the middle one of all (`blockP50Ms`).
 */

const HEIGHT = option('height', 5_000)
const ACCOUNTS = option('accounts', 100_000)
/** As a node does by default. */
const SNAPSHOT_EVERY = option('every', 1_000)
const EXPIRES_S = 590
const MIB = 2 ** 20

async function main(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'conet-state-sync-'))
  try {
    await measure(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function measure(dir: string): Promise<void> {
  const home = join(dir, 'validator')
  mkdirSync(join(home, 'cometbft'), { recursive: true })
  const { validatorKey } = await cometbftKeys(join(home, 'cometbft'))
  const payer = account('payer')
  const genesis = manyAccounts(payer, validatorKey)
  const rpcListen = `127.0.0.1:${await freePort()}`
  const options = { genesis, pool: verifyInPlace(), snapshotEvery: SNAPSHOT_EVERY }
  const validator = await openCometbft({ ...options, dir: home, rpcListen })
  await validator.start()
  try {
    const { all, withSnapshot } = await makeBlocks(validator, payer)
    const plan = await planOf(dir, genesis, validator, rpcListen)
    const { ms, served } = await serve(plan, payer.did)
    const { height, appHash } = validator.info()
    if (served.height !== height || served.appHash !== appHash) throw new Error('the new member has another ledger')
    if (served.balance !== balanceOf(validator, payer.did)) throw new Error('the new member tells another balance')
    if (served.hasFirst) throw new Error('the new member has replayed all blocks: nothing was measured')
    printFigures({
      ...{ height, accounts: ACCOUNTS, snapshotMb: newestSnapshot(join(home, 'snapshots')) / MIB, servingMs: ms },
      ...{ snapshotStallMs: Math.max(...withSnapshot), blockP50Ms: percentile(all, 0.5) },
    })
  } finally {
    await validator.stop()
  }
}

function manyAccounts(payer: Account, publicKey: string): Genesis {
  note(`${ACCOUNTS} accounts`)
  const owners = [payer.did, ...Array.from({ length: ACCOUNTS - 1 }, (_, i) => account(`owner ${i}`).did)]
  return {
    lid: LID,
    timeMs: Date.now() - 1_000,
    assets: [{ id: ASSET, issuer: payer.did, decimals: 6 }],
    accounts: owners.map(owner => ({ owner, asset: ASSET, amount: BALANCE })),
    validators: [{ owner: payer.did, publicKey, power: 10 }],
  }
}

/** One transaction after the other, each in a block of its own. @returns how long each took, and those that ended with a snapshot */
async function makeBlocks(validator: CometbftEngine, payer: Account) {
  const [all, withSnapshot] = [[] as number[], [] as number[]]
  const { did: to } = account('owner 0')
  while (validator.info().height < HEIGHT) {
    const i = validator.info().height
    if (i % SNAPSHOT_EVERY === 0) note(`block ${i}`)
    const startMs = performance.now()
    const exp = Math.floor(Date.now() / 1000) + EXPIRES_S
    const { code } = await validator.submit(transfer(payer, to, exp, `block ${i}`))
    if (code !== 'OK') throw new Error(`a transfer was refused: ${code}`)
    const ms = performance.now() - startMs
    all.push(ms)
    // The snapshot is taken when its block is committed: the one after it waits.
    if (i > 0 && i % SNAPSHOT_EVERY === 0) withSnapshot.push(ms)
  }
  return { all, withSnapshot: withSnapshot.length > 0 ? withSnapshot : [Number.NaN] }
}

/** What a new member is told: a genesis, a peer, and a header that somebody trusted has given. */
async function planOf(
  dir: string,
  genesis: Genesis,
  validator: CometbftEngine,
  rpcListen: string,
): Promise<NewcomerPlan> {
  const trusted = await validator.signedHeader(Math.max(2, HEIGHT - SNAPSHOT_EVERY - 1))
  const { height, last_block_id } = (trusted?.header ?? {}) as { height: string; last_block_id: { hash: string } }
  const file = join(dir, 'genesis.json')
  writeFileSync(file, JSON.stringify(genesis))
  return {
    ...{ dir: join(dir, 'newcomer'), genesis: file, peers: [validator.address], snapshotEvery: SNAPSHOT_EVERY },
    height: validator.info().height,
    stateSync: {
      servers: [rpcListen, rpcListen],
      trustHeight: Number(height) - 1,
      trustHash: last_block_id.hash,
    },
  }
}

async function serve(plan: NewcomerPlan, owner: string): Promise<{ ms: number; served: Served }> {
  note('a new member')
  const startMs = performance.now()
  const script = fileURLToPath(new URL('./state-sync/newcomer.js', import.meta.url))
  const program = new Program(process.execPath, [script, JSON.stringify(plan), owner], code => {
    if (code !== 0) note(`the new member ended with ${code}`)
  })
  try {
    const served = await program.next<Served>()
    return { ms: performance.now() - startMs, served }
  } finally {
    await program.end()
  }
}

function balanceOf(engine: CometbftEngine, owner: string): string {
  return JSON.stringify(engine.query('accounts/balance', { owner, asset: ASSET }), (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
}

/** Bytes of the chunks of the snapshot that was written last. */
function newestSnapshot(folder: string): number {
  const newest = Math.max(...readdirSync(folder).map(Number).filter(Number.isSafeInteger))
  const path = join(folder, String(newest))
  return readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0)
}

await main()
