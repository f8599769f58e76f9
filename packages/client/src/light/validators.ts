import type { Sha256 } from '@conet/core/wire'
import { hexToBytes } from './hex.js'
import { merkleRoot } from './merkle.js'
import { bytes, embedded, integer, message } from './protobuf.js'
import type { LightValidator } from './types.js'

/** How CometBFT names a validator: the first 20 bytes of SHA-256(public key). */
export function addressOf(publicKey: Uint8Array, sha256: Sha256): Uint8Array {
  return sha256(publicKey).slice(0, 20)
}

/** What `validators_hash` of a header says: the tree over `SimpleValidator {pub_key, voting_power}` in the set's order. */
export function validatorsHash(validators: readonly LightValidator[], sha256: Sha256): Uint8Array {
  const encoded = validators.map(({ publicKey, power }) => {
    const key = message(bytes(1, publicKey))
    return message(embedded(1, key), integer(2, power))
  })
  return merkleRoot(encoded, sha256)
}

/** The set that a genesis names, in CometBFT's order: most power first, then by address. */
export function validatorSet(
  named: readonly { readonly publicKey: string; readonly power: number }[],
  sha256: Sha256,
): LightValidator[] {
  const set = named.map(({ publicKey, power }) => {
    const key = hexToBytes(publicKey)
    return { address: addressOf(key, sha256), publicKey: key, power: BigInt(power) }
  })
  return set.sort((a, b) => (a.power === b.power ? compare(a.address, b.address) : a.power > b.power ? -1 : 1))
}

/** Sum of powers. */
export function powerOf(validators: readonly LightValidator[]): bigint {
  return validators.reduce((sum, { power }) => sum + power, 0n)
}

/** Byte by byte, as numbers. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return compare(a, b) === 0
}
