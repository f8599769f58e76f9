import { ed25519 } from '@noble/curves/ed25519.js'
import { ok, type Result, reject } from '../errors/index.js'
import type { KeyCode } from './codes.js'

/** Bytes of an Ed25519 public key. */
export const KEY_BYTES = 32

/** Field of Curve25519: 2^255 - 19. */
const P = 2n ** 255n - 19n

/**
 * The one rule for public keys (IDN-1): 32 bytes, canonical y, on the curve, not of small order. Verifiers disagree
 * about everything else, so a key outside the rule never gets in.
 *
 * @param bytes - untrusted
 * @returns the same bytes, or `KEY_LENGTH`, `KEY_NON_CANONICAL`, `KEY_NOT_ON_CURVE`, `KEY_SMALL_ORDER`
 * @see docs/spec/identity.md IDN-1, IDN-2; RFC 8032 section 5.1.3
 */
export function checkPublicKey(bytes: Uint8Array): Result<Uint8Array, KeyCode> {
  if (bytes.length !== KEY_BYTES) return reject('KEY_LENGTH', { length: bytes.length })
  if (!isCanonicalPoint(bytes)) return reject('KEY_NON_CANONICAL')
  const point = decodePoint(bytes)
  if (point === undefined) return reject('KEY_NOT_ON_CURVE')
  return point.isSmallOrder() ? reject('KEY_SMALL_ORDER') : ok(bytes)
}

/** y below the field's prime, and no sign bit on the two points whose x is 0 (y = 1 and y = -1). */
export function isCanonicalPoint(bytes: Uint8Array): boolean {
  const word = littleEndian(bytes)
  const sign = word >> 255n
  const y = word & (2n ** 255n - 1n)
  if (y >= P) return false
  return sign === 0n || (y !== 1n && y !== P - 1n)
}

/** Reads 32 bytes, least significant first. */
export function littleEndian(bytes: Uint8Array): bigint {
  let word = 0n
  for (let at = bytes.length - 1; at >= 0; at--) word = (word << 8n) | BigInt(bytes[at] ?? 0)
  return word
}

/** The point of an encoding, or `undefined` if there is none. */
export function decodePoint(bytes: Uint8Array) {
  try {
    return ed25519.Point.fromBytes(bytes)
  } catch {
    return undefined
  }
}
