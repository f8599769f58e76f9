import type { Sha256 } from '../../wire/index.js'

/** A leaf's preimage is never 64 bytes long, so that no inner node (a hash over 64 bytes) can be shown as a leaf. */
const MIN_PREIMAGE = 65

/**
 * Hash of one record: SHA-256 over 0x00 ‖ decimal length of the key ‖ ':' ‖ key ‖ value, filled with 0x00 up to 65
 * characters (LED-40). Keys are ASCII; values are UTF-8 without 0x00.
 */
export function leafHash(key: string, value: string, sha256: Sha256): Uint8Array {
  const preimage = `\0${key.length}:${key}${value}`
  return sha256(preimage.length < MIN_PREIMAGE ? preimage.padEnd(MIN_PREIMAGE, '\0') : preimage)
}
