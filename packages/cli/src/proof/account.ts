import { setTimeout as pause } from 'node:timers/promises'
import {
  accountRecord,
  type NodeApi,
  type Proven,
  type ProvenBalance,
  provenRecord,
  readBalance,
  recordOfOneNode,
} from '@conet/client'
import { ConetError } from '@conet/core/errors'
import type { CommandContext } from '../command.js'
import { type Anchors, CRYPTO, openTrust } from './trust.js'

/** Balances of one owner, each with its proof. */
export interface ProvenAccount {
  readonly did: string
  readonly balances: readonly ({ readonly asset: string; readonly height: number } & ProvenBalance)[]
  /** `validators`: signed by more than 2/3 and confirmed elsewhere; `one node`: a single node orders this ledger. */
  readonly trust: 'validators' | 'one node'
  readonly appHash: string | null
  /** When the header that carries the app hash was made; `null` where a single node orders. */
  readonly timeMs: number | null
  /** Nodes that confirm the header. */
  readonly witnesses: readonly string[]
}

/**
 * Proves what an owner has. Which assets to look at is asked of the node; that there is no further one cannot be proven.
 *
 * @throws ConetError with a code of the light client, `GENESIS_WRONG`, `VALIDATORS_MISSING`
 */
export async function proveAccount(
  context: CommandContext,
  api: NodeApi,
  did: string,
  anchors: Anchors,
): Promise<ProvenAccount> {
  const trust = await openTrust(context, api, anchors)
  const balances = []
  let appHash: string | null = null
  let timeMs: number | null = null
  for (const { asset } of await api.balances(did)) {
    const key = accountRecord(did, asset)
    const ask = () =>
      trust === undefined ? recordOfOneNode(api, key, CRYPTO) : provenRecord(trust.client, api, key, CRYPTO, pause)
    const proven: Proven<ProvenBalance> = readBalance(await again(ask))
    appHash = proven.appHash
    timeMs = proven.timeMs ?? null
    balances.push({ asset, height: proven.height, ...proven.value })
  }
  trust?.keep()
  const witnesses = trust?.witnesses ?? []
  return { did, balances, trust: trust === undefined ? 'one node' : 'validators', appHash, timeMs, witnesses }
}

/** A block between the proof and its header may ask for another try; a wrong proof stays wrong. */
async function again<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof ConetError) || error.code !== 'HEADER_TOO_OLD') throw error
    await pause(500)
    return await ask()
  }
}
