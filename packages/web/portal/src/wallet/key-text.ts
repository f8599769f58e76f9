import { ok, type Result, reject } from '@conet/core/errors'
import { sha256 } from '@conet/core/identity'
import { decodeBase64url, encodeBase64url } from '@conet/core/wire'

const PREFIX = 'conet-key-'
const SEED_BYTES = 32
/** A mistyped key is another key, and its money is nowhere: four bytes tell 4 billion to one. */
const CHECK_BYTES = 4

const checkOf = (seed: Uint8Array) => sha256(seed).subarray(0, CHECK_BYTES)

/** The key as text that can be written down: prefix, then base64url of the seed and four bytes of its SHA-256. */
export function keyToText(seed: Uint8Array): string {
  return PREFIX + encodeBase64url(new Uint8Array([...seed, ...checkOf(seed)]))
}

/** Reads `keyToText`; spaces and line breaks of a copied text do not matter. @returns `KEY_MALFORMED`, `KEY_MISTYPED` */
export function keyFromText(text: string): Result<Uint8Array, 'KEY_MALFORMED' | 'KEY_MISTYPED'> {
  const plain = text.replace(/\s+/g, '')
  const bytes = plain.startsWith(PREFIX) ? decodeBase64url(plain.slice(PREFIX.length)) : undefined
  if (bytes?.length !== SEED_BYTES + CHECK_BYTES) return reject('KEY_MALFORMED')
  const seed = bytes.slice(0, SEED_BYTES)
  const right = checkOf(seed).every((byte, at) => byte === bytes[SEED_BYTES + at])
  return right ? ok(seed) : reject('KEY_MISTYPED')
}
