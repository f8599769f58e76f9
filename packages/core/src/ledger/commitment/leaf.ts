import type { Sha256 } from '../../wire/index.js'

/** A leaf's preimage is never 64 bytes long, so that no inner node (a hash over 64 bytes) can be shown as a leaf. */
const MIN_PREIMAGE = 65

/**
 * Hash of one record: SHA-256 over 0x00 ‖ decimal length of the key ‖ ':' ‖ key ‖ value, filled with 0x00 up to 65
 * characters (LED-40). Keys are ASCII; values are UTF-8 without 0x00.
 */
export function leafHash(key: string, value: string, sha256: Sha256): Uint8Array {
  return sha256(preimageOf(key, value))
}

/** `leafHash` written to `target` at `offset`. */
export function leafHashInto(key: string, value: string, sha256: Sha256, target: Uint8Array, offset: number): void {
  const preimage = preimageOf(key, value)
  if (sha256.into === undefined) target.set(sha256(preimage), offset)
  else sha256.into(preimage, target, offset)
}

function preimageOf(key: string, value: string): string {
  const preimage = `\0${key.length}:${key}${value}`
  return preimage.length < MIN_PREIMAGE ? preimage.padEnd(MIN_PREIMAGE, '\0') : preimage
}
