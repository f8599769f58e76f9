import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import type { Genesis } from '@conet/core/ledger'
import {
  type CometbftEngine,
  cometbftKeys,
  createVerifyPool,
  type Engine,
  freePort,
  openCometbft,
  openSolo,
} from '@conet/engines'
import { MEMBERS, type Member } from './members.js'

/** What orders the demo's transactions. */
export type EngineKind = 'solo' | 'cometbft'
export const ENGINE_KINDS: readonly EngineKind[] = ['solo', 'cometbft']

/** Four validators bear one that fails: the three owners, and one that only keeps the ledger. */
const KEEPER = 'library'
const POWER = 10
const LOOPBACK = '127.0.0.1'

/** The ledger as each owner sees it. */
export interface Ledgers {
  /** The member's own replica, or the one they all share. */
  of(member: Member['key']): Engine
  stop(): Promise<void>
}

/** Makes the genesis once it is known with which keys its validators sign; without validators for a single writer. */
export type MakeGenesis = (validators: ReadonlyMap<string, string>) => Genesis

/**
 * Opens and starts the ledger of the demo in `dir`.
 *
 * @param makeGenesis - given the validators' public keys by owner (`operator`, `campus`, `household`, `library`)
 * @throws ConetError `ENGINE_MISSING` with how to install it
 */
export function openLedgers(kind: EngineKind, dir: string, makeGenesis: MakeGenesis): Promise<Ledgers> {
  return kind === 'solo' ? openShared(dir, makeGenesis(new Map())) : openConsortium(dir, makeGenesis)
}

/** Names of those who validate. */
export const VALIDATORS: readonly string[] = [...MEMBERS.map(member => member.key), KEEPER]

/** The validators of a genesis, each with the same power. */
export function validatorsOf(keys: ReadonlyMap<string, string>, ownerOf: (name: string) => string) {
  return [...keys].map(([name, publicKey]) => ({ owner: ownerOf(name), publicKey, power: POWER }))
}

async function openShared(dir: string, genesis: Genesis): Promise<Ledgers> {
  const engine = await openSolo({ dir: join(dir, 'ledger'), genesis })
  await engine.start()
  return { of: () => engine, stop: () => engine.stop() }
}

async function openConsortium(dir: string, makeGenesis: MakeGenesis): Promise<Ledgers> {
  const places = await Promise.all(VALIDATORS.map(name => placeOf(dir, name)))
  const genesis = makeGenesis(new Map(places.map(place => [place.name, place.key])))
  const pool = createVerifyPool()
  const engines = new Map<string, CometbftEngine>()
  const stop = async () => {
    await Promise.all([...engines.values()].map(engine => engine.stop()))
    await pool.close()
  }
  try {
    for (const { name, ledger, port, address } of places) {
      const peers = places.map(place => place.address).filter(other => other !== address)
      const options = { dir: ledger, genesis, pool, peers, p2p: { host: LOOPBACK, port }, moniker: name }
      engines.set(name, await openCometbft(options))
    }
    await Promise.all([...engines.values()].map(engine => engine.start()))
  } catch (error) {
    await stop()
    throw error
  }
  return { of: key => engines.get(key) ?? unknown(key), stop }
}

/** Where a validator keeps its replica, and what the others must know of it. */
async function placeOf(dir: string, name: string) {
  const ledger = join(dir, name, 'ledger')
  mkdirSync(join(ledger, 'cometbft'), { recursive: true, mode: 0o700 })
  const { nodeId, validatorKey } = await cometbftKeys(join(ledger, 'cometbft'))
  const port = await freePort(LOOPBACK)
  return { name, ledger, port, key: validatorKey, address: `${nodeId}@${LOOPBACK}:${port}` }
}

function unknown(key: string): never {
  throw new ConetError('DEMO_MEMBER', `the demo has no member ${key}`)
}
