import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { ok, type Result, reject } from '../errors/index.js'
import type { KeyCode } from './codes.js'

/** Bytes of an Ed25519 public key. */
export const KEY_BYTES = 32

/** y coordinates of the eight points of small order, low byte first, sign bit cleared: 0, 1, -1 and ± one root. */
const SMALL_ORDER_Y: ReadonlySet<string> = new Set(ED25519_TORSION_SUBGROUP.map(text => withoutSign(hexToBytes(text))))

/** y = 1 and y = -1: their x is 0, which has no sign. */
const X_IS_ZERO: ReadonlySet<string> = new Set([`01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`])

/**
 * The one rule for public keys (IDN-1): 32 bytes, canonical y, not of small order, on the curve. Verifiers disagree
 * about everything else, so a key outside the rule never gets in. About 0.1 ms.
 *
 * @param bytes - untrusted
 * @returns the same bytes, or `KEY_LENGTH`, `KEY_NON_CANONICAL`, `KEY_SMALL_ORDER`, `KEY_NOT_ON_CURVE`
 * @see docs/spec/identity.md IDN-1, IDN-2; RFC 8032 section 5.1.3
 */
export function checkPublicKey(bytes: Uint8Array): Result<Uint8Array, KeyCode> {
  const screened = screenPublicKey(bytes)
  if (!screened.ok) return screened
  return decodePoint(bytes) === undefined ? reject('KEY_NOT_ON_CURVE') : ok(bytes)
}

/**
 * The key rule without curve arithmetic, about 1 µs: enough where a signature is verified next, because a key off the
 * curve verifies nothing (IDN-5).
 *
 * @returns the same bytes, or `KEY_LENGTH`, `KEY_NON_CANONICAL`, `KEY_SMALL_ORDER`
 */
export function screenPublicKey(bytes: Uint8Array): Result<Uint8Array, KeyCode> {
  if (bytes.length !== KEY_BYTES) return reject('KEY_LENGTH', { length: bytes.length })
  if (!isCanonicalPoint(bytes)) return reject('KEY_NON_CANONICAL')
  return SMALL_ORDER_Y.has(withoutSign(bytes)) ? reject('KEY_SMALL_ORDER') : ok(bytes)
}

/** y below the field's prime 2^255 - 19, and no sign bit on the two points whose x is 0. */
export function isCanonicalPoint(bytes: Uint8Array): boolean {
  if (isPrimeOrMore(bytes)) return false
  const negative = ((bytes[31] ?? 0) & 0x80) !== 0
  return !negative || !X_IS_ZERO.has(withoutSign(bytes))
}

/** 2^255 - 19 is 0xed, thirty times 0xff, 0x7f, low byte first. */
function isPrimeOrMore(bytes: Uint8Array): boolean {
  if (((bytes[31] ?? 0) & 0x7f) !== 0x7f || (bytes[0] ?? 0) < 0xed) return false
  for (let at = 1; at < 31; at++) if (bytes[at] !== 0xff) return false
  return true
}

function withoutSign(bytes: Uint8Array): string {
  const copy = bytes.slice()
  copy[31] = (copy[31] ?? 0) & 0x7f
  return bytesToHex(copy)
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
