import { createHash } from 'node:crypto'
import type { Genesis } from '@conet/core/ledger'
import { addressOf, publicKeyJson } from './keys.js'

/** Power of the only validator of a ledger whose genesis names none. */
const SOLE_POWER = 10
/** Blocks stay small enough to travel in a fraction of a second. */
export const MAX_BLOCK_BYTES = 2 * 1024 * 1024
/** Hex digits of the genesis' hash in the name of the chain: two ledgers that differ never mistake each other. */
const DIGEST_CHARS = 12

/** What CometBFT must know of our genesis. */
export interface ChainGenesis {
  /** Peers with another one are refused when they connect. */
  readonly chainId: string
  /** SHA-256 of our genesis in hex; CometBFT hands it back at the start of the chain. */
  readonly digest: string
  /** Text of `genesis.json`. */
  readonly text: string
}

/**
 * The genesis of the chain, a function of ours alone, so that every member makes the same bytes. Ours may hold a million
 * accounts and lies in every member's folder; CometBFT is told its hash.
 *
 * @param ownKey - validates alone if the genesis names no validators; hex
 */
export function chainGenesis(genesis: Genesis, ownKey: string): ChainGenesis {
  const digest = createHash('sha256').update(sortedJson(genesis)).digest('hex')
  const chainId = `${genesis.lid}-${digest.slice(0, DIGEST_CHARS)}`
  const validators = genesis.validators ?? [{ publicKey: ownKey, power: SOLE_POWER }]
  const chain = {
    genesis_time: new Date(genesis.timeMs).toISOString(),
    chain_id: chainId,
    initial_height: '1',
    consensus_params: {
      block: { max_bytes: String(MAX_BLOCK_BYTES), max_gas: '-1' },
      evidence: { max_age_num_blocks: '100000', max_age_duration: '172800000000000', max_bytes: '1048576' },
      validator: { pub_key_types: ['ed25519'] },
      version: { app: '0' },
      abci: { vote_extensions_enable_height: '0' },
    },
    validators: validators.map(({ publicKey, power }) => ({
      address: addressOf(Buffer.from(publicKey, 'hex')).toUpperCase(),
      pub_key: publicKeyJson(publicKey),
      power: String(power),
      name: '',
    })),
    app_hash: '',
    app_state: { genesis: digest },
  }
  return { chainId, digest, text: `${JSON.stringify(chain, undefined, 2)}\n` }
}

/** JSON with members in order of their names, whatever order a file had them in. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
