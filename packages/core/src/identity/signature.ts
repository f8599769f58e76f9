import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@noble/hashes/utils.js'
import { ok, type Result, reject } from '../errors/index.js'
import { encodeUtf8 } from '../wire/index.js'
import type { SignatureCode } from './codes.js'
import { checkPublicKey, decodePoint, isCanonicalPoint, littleEndian } from './key.js'

/** Order of the prime subgroup: 2^252 + 27742317777372353535851937790883648493. */
const L = ed25519.Point.Fn.ORDER

/**
 * The cheap part of the signature rule (IDN-3): 64 bytes, S below the group order, y of R below the prime. The
 * equation then decides: it is compared byte for byte, so a small-order or off-curve R needs no check of its own.
 *
 * @param signature - untrusted
 * @returns the same bytes, or `SIGNATURE_LENGTH`, `SIGNATURE_S_RANGE`, `SIGNATURE_R_NON_CANONICAL`
 */
export function checkSignatureForm(signature: Uint8Array): Result<Uint8Array, SignatureCode> {
  if (signature.length !== 64) return reject('SIGNATURE_LENGTH', { length: signature.length })
  if (littleEndian(signature.subarray(32)) >= L) return reject('SIGNATURE_S_RANGE')
  return isCanonicalPoint(signature.subarray(0, 32)) ? ok(signature) : reject('SIGNATURE_R_NON_CANONICAL')
}

/**
 * Verifies without native code, for browsers, by the same rule as the native verifier (IDN-4): the encoding of
 * [S]B - [k]A must equal the first 32 bytes of the signature. About 700 per second.
 *
 * @param publicKey - 32 bytes; refused keys verify nothing
 * @param signingInput - the ASCII text that was signed
 */
export function verify(publicKey: Uint8Array, signingInput: string, signature: Uint8Array): boolean {
  return verifyBytes(publicKey, encodeUtf8(signingInput), signature)
}

/** Same, over any bytes. */
export function verifyBytes(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!checkSignatureForm(signature).ok || !checkPublicKey(publicKey).ok) return false
  const key = decodePoint(publicKey)
  if (key === undefined) return false
  const r = signature.subarray(0, 32)
  const k = littleEndian(sha512(concatBytes(r, publicKey, message))) % L
  const s = littleEndian(signature.subarray(32))
  const expected = times(ed25519.Point.BASE, s).subtract(times(key, k)).toBytes()
  return expected.every((byte, at) => byte === r[at])
}

type Point = typeof ed25519.Point.BASE

function times(point: Point, scalar: bigint): Point {
  return scalar === 0n ? ed25519.Point.ZERO : point.multiplyUnsafe(scalar)
}
