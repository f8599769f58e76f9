import * as crypto from 'node:crypto'
import type { Sha256 } from '@conet/core/wire'

/** Bytes of a SHA-256. */
const DIGEST_BYTES = 32

/** Value of each hex digit, by its character code. */
const NIBBLES = new Uint8Array(128)
for (let value = 0; value < 16; value++) NIBBLES[value.toString(16).charCodeAt(0)] = value

/**
 * SHA-256 in one native call (the digest of a string is that of its UTF-8 bytes). The digest comes as hex, the encoding
 * that Node looks at first: a Buffer from native code costs three times as much as the hash itself.
 */
export const nodeSha256: Sha256 = Object.assign(digest, { hex: hexDigest, into: digestInto })

function digest(data: Uint8Array | string): Uint8Array {
  const bytes = new Uint8Array(DIGEST_BYTES)
  digestInto(data, bytes, 0)
  return bytes
}

function digestInto(data: Uint8Array | string, target: Uint8Array, offset: number): void {
  const text = crypto.hash('sha256', data, 'hex')
  for (let i = 0; i < DIGEST_BYTES; i++) target[offset + i] = (nibble(text, 2 * i) << 4) | nibble(text, 2 * i + 1)
}

function nibble(text: string, at: number): number {
  return NIBBLES[text.charCodeAt(at)] ?? 0
}

function hexDigest(data: Uint8Array | string): string {
  return crypto.hash('sha256', data, 'hex')
}
