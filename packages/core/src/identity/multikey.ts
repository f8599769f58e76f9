import { base58btc } from 'multiformats/bases/base58'
import { type Result, reject } from '../errors/index.js'
import type { KeyCode } from './codes.js'
import { checkPublicKey, KEY_BYTES, screenPublicKey } from './key.js'
import { remembered } from './remembered.js'

/** Text of an Ed25519 public key: multibase base58btc of the multicodec prefix 0xed01 and 32 bytes, `z6Mk…`. */
export type Multikey = string

/** Varint of multicodec `ed25519-pub` (0xed). */
const PREFIX = [0xed, 0x01] as const

/** Length of every Ed25519 multikey: `z` and 47 digits, because the prefix fixes the leading digits. */
const MULTIKEY_CHARS = 48

/** Writes a public key as a multikey. The key must have passed `checkPublicKey`. */
export function encodeMultikey(publicKey: Uint8Array): Multikey {
  const bytes = new Uint8Array(PREFIX.length + KEY_BYTES)
  bytes.set(PREFIX)
  bytes.set(publicKey, PREFIX.length)
  return base58btc.encode(bytes)
}

/**
 * Reads a multikey and checks the key in it.
 *
 * @param text - untrusted
 * @returns 32 bytes that passed `checkPublicKey`, its codes, or `DID_MALFORMED` if it is no Ed25519 multikey
 */
export function decodeMultikey(text: string): Result<Uint8Array, KeyCode | 'DID_MALFORMED'> {
  return readMultikey(text, checkPublicKey)
}

/**
 * Reads a multikey to verify a signature with it: screened only, and remembered (IDN-5).
 *
 * @param text - untrusted
 * @returns 32 bytes; do not change them
 */
export const signerMultikey = remembered(text => readMultikey(text, screenPublicKey))

function readMultikey(text: string, check: typeof checkPublicKey): ReturnType<typeof decodeMultikey> {
  if (text.length !== MULTIKEY_CHARS || !text.startsWith('z')) return reject('DID_MALFORMED')
  let bytes: Uint8Array
  try {
    bytes = base58btc.decode(text)
  } catch {
    return reject('DID_MALFORMED')
  }
  if (bytes[0] !== PREFIX[0] || bytes[1] !== PREFIX[1]) return reject('DID_MALFORMED')
  return check(bytes.slice(PREFIX.length))
}
