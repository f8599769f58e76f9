import type { Kind } from './types.js'

const KIB = 1024

/**
 * Longest text of an envelope by kind, in characters, which are bytes: the text is ASCII (WIRE-4). Each is about four
 * times the largest honest message: a transaction may carry a network profile or an offer, a voucher up to 16 shares.
 */
export const MAX_CHARS: Readonly<Record<Kind, number>> = {
  'conet-tx+jwt': 64 * KIB,
  'conet-request+jwt': 4 * KIB,
  'conet-grant+jwt': 16 * KIB,
  'conet-statement+jwt': 4 * KIB,
  'conet-voucher+jwt': 8 * KIB,
  'conet-close+jwt': 4 * KIB,
  'conet-carry+jwt': 8 * KIB,
}

/** No envelope of any kind is longer. */
export const MAX_ENVELOPE_CHARS = Math.max(...Object.values(MAX_CHARS))

/** A header is `{"alg":"EdDSA","typ":…,"kid":…}` with a kid of at most 256 characters: 45 + 20 + 256 bytes, times 4/3. */
export const MAX_HEADER_CHARS = 512

/** Longest DID URL in `kid`. */
export const MAX_KID_CHARS = 256

/** An object in an object in …; the payload itself is level 1. Deeper nesting has no use and costs stack (WIRE-5). */
export const MAX_DEPTH = 16

/** 64 bytes in base64url without padding: ceil(64 × 8 / 6). */
export const SIGNATURE_CHARS = 86

/** Signature, sides and at most six steps of 32 bytes in base64url (WIRE-11). */
export const MAX_TOGETHER_CHARS = Math.ceil(((64 + 1 + 6 * 32) * 4) / 3)

/** Parsed headers surely kept: one per signer and kind, so 16,384 busy signers of transactions and vouchers; 32 MB at most. */
export const HEADER_CACHE = 32_768
