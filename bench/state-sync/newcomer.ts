import { mkdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Genesis } from '@conet/core/ledger'
import { openCometbft, verifyInPlace } from '@conet/engines'
import type { StateSyncSettings } from '@conet/engines/cometbft'
import { ASSET } from '../consortium/load.js'

/** A member with an empty folder: loads a snapshot, catches up, and tells what it would answer. */

export interface NewcomerPlan {
  readonly dir: string
  /** File. */
  readonly genesis: string
  readonly peers: readonly string[]
  readonly snapshotEvery: number
  readonly stateSync: StateSyncSettings
  /** Of the ledger when it begins: with that it serves. */
  readonly height: number
}
export interface Served {
  readonly height: number
  readonly appHash: string
  readonly balance: string
  /** Whether it has the first block, which a snapshot stands for. */
  readonly hasFirst: boolean
}

const plan = JSON.parse(process.argv[2] ?? '') as NewcomerPlan
const owner = process.argv[3] ?? ''
mkdirSync(plan.dir, { recursive: true })
const genesis = JSON.parse(readFileSync(plan.genesis, 'utf8')) as Genesis
const engine = await openCometbft({ ...plan, genesis, pool: verifyInPlace() })
await engine.start()
while (engine.info().height < plan.height) await pause(20)
const { height, appHash } = engine.info()
const balance = JSON.stringify(engine.query('accounts/balance', { owner, asset: ASSET }), (_, value: unknown) =>
  typeof value === 'bigint' ? value.toString() : value,
)
const served: Served = { height, appHash, balance, hasFirst: (await engine.block(1)) !== undefined }
process.stdout.write(`${JSON.stringify(served)}\n`)
// Ends when nobody asks any more.
for await (const _ of process.stdin);
await engine.stop()
