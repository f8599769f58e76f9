import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import type { Hash } from '../../units/index.js'
import type { Sha256 } from '../../wire/index.js'
import type { Proof } from '../types.js'
import { leafHash } from './leaf.js'

/** More levels than any ledger can have: 2^32 records. */
const MAX_DEPTH = 32

/** App hash = SHA-256(state root ‖ history root): no height and no time in it (LED-43). */
export function appHashOf(stateRoot: Uint8Array, historyRoot: Uint8Array, sha256: Sha256): Uint8Array {
  return sha256(join(stateRoot, historyRoot))
}

/**
 * Checks that a record is part of the state with this app hash; needs nothing but its arguments, so a phone can do it.
 *
 * @param proof - untrusted
 * @param appHash - from a source that is trusted
 * @returns `false` for any proof that does not lead to `appHash`, also for a malformed one; never throws
 * @see docs/spec/ledger.md LED-44
 */
export function verifyProof(proof: Proof, appHash: Hash, sha256: Sha256): boolean {
  if (!wellFormed(proof)) return false
  let node = leafHash(proof.key, proof.value, sha256)
  let index = proof.index
  for (const text of proof.siblings) {
    const sibling = hexToBytes(text)
    node = sha256(index % 2 === 0 ? join(node, sibling) : join(sibling, node))
    index = Math.floor(index / 2)
  }
  return bytesToHex(appHashOf(node, hexToBytes(proof.historyRoot), sha256)) === appHash
}

function wellFormed(proof: Proof): boolean {
  const { key, value, index, siblings, historyRoot } = proof
  if (typeof key !== 'string' || typeof value !== 'string' || !Array.isArray(siblings)) return false
  if (siblings.length > MAX_DEPTH || !Number.isInteger(index) || index < 0 || index >= 2 ** siblings.length)
    return false
  return isHash(historyRoot) && siblings.every(isHash) && !value.includes('\0')
}

function isHash(value: unknown): value is Hash {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function join(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(64)
  both.set(left, 0)
  both.set(right, 32)
  return both
}
