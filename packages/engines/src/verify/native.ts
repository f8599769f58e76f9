import * as crypto from 'node:crypto'
import { generations, type Sha256, type Verify } from '@conet/core/wire'

/** KeyObjects kept per thread: 2 generations of 32,768; making one costs a tenth of a verification. */
const KEYS_PER_GENERATION = 32_768
const keys = generations<crypto.KeyObject>(KEYS_PER_GENERATION)

function keyObject(publicKey: Uint8Array): crypto.KeyObject {
  const id = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.byteLength).toString('latin1')
  const known = keys.get(id)
  if (known !== undefined) return known
  const made = newKeyObject(publicKey)
  keys.set(id, made)
  return made
}

/** As a JWK (RFC 8037): OpenSSL's DER decoder takes ten times as long for the same key. */
function newKeyObject(publicKey: Uint8Array): crypto.KeyObject {
  const x = Buffer.from(publicKey).toString('base64url')
  return crypto.createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

/**
 * Checks one Ed25519 signature over bytes; `false` also for keys or signatures of a wrong length.
 *
 * @param publicKey - 32 bytes that passed the acceptance rule of core/identity
 * @param signature - 64 bytes
 */
export function verifyBytes(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.byteLength !== 32 || signature.byteLength !== 64) return false
  return crypto.verify(null, message, keyObject(publicKey), signature)
}

/** The verifier of a server process for single signatures, in the calling thread (about 70 µs each). */
export const nodeVerify: Verify = (publicKey, signingInput, signature) =>
  verifyBytes(publicKey, Buffer.from(signingInput, 'latin1'), signature)

/** The same for signers of whom one signature a minute is looked at: their keys (0.8 KB each) are not kept. */
export const nodeVerifyOnce: Verify = (publicKey, signingInput, signature) => {
  if (publicKey.byteLength !== 32 || signature.byteLength !== 64) return false
  return crypto.verify(null, Buffer.from(signingInput, 'latin1'), newKeyObject(publicKey), signature)
}

/** Bytes of a SHA-256. */
const DIGEST_BYTES = 32

/**
 * SHA-256 in one native call (the digest of a string is that of its UTF-8 bytes). The digest comes as text, one byte per
 * character: a Buffer from native code costs three times as much as the hash itself.
 */
export const nodeSha256: Sha256 = Object.assign(digest, { hex: hexDigest, into: digestInto })

function digest(data: Uint8Array | string): Uint8Array {
  const bytes = new Uint8Array(DIGEST_BYTES)
  digestInto(data, bytes, 0)
  return bytes
}

function digestInto(data: Uint8Array | string, target: Uint8Array, offset: number): void {
  const text = crypto.hash('sha256', data, 'binary')
  for (let i = 0; i < DIGEST_BYTES; i++) target[offset + i] = text.charCodeAt(i)
}

function hexDigest(data: Uint8Array | string): string {
  return crypto.hash('sha256', data, 'hex')
}
