import type { Sha256 } from '@conet/core/wire'
import { bytesToHex } from './hex.js'

/** Hex digits of the genesis' hash in the name of the chain. */
const DIGEST_CHARS = 12

/**
 * The name of the chain that orders a ledger: its id and the beginning of the hash of its genesis, JSON with members in the
 * order of their names. A header of another genesis has another name (GOV-51).
 *
 * @param genesis - JSON of the genesis file, `{lid, …}`
 */
export function chainIdOf(genesis: { readonly lid: string }, sha256: Sha256): string {
  return `${genesis.lid}-${genesisHash(genesis, sha256).slice(0, DIGEST_CHARS)}`
}

/** SHA-256 of a genesis in lower-case hex: what members compare before they join. */
export function genesisHash(genesis: object, sha256: Sha256): string {
  return bytesToHex(sha256(sortedJson(genesis)))
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
