import * as crypto from 'node:crypto'
import { generations } from '@conet/core/wire'

export const SIGNATURE_BYTES = 64

/** KeyObjects kept per thread: 2 generations of 32,768; making one costs a tenth of a verification. */
const KEYS_PER_GENERATION = 32_768
const keys = generations<crypto.KeyObject>(KEYS_PER_GENERATION)

/** Checks one Ed25519 signature over bytes; `false` also for keys or signatures of a wrong length. */
export type VerifyBytes = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean

/** Whether key and signature have the lengths of Ed25519. */
export const fits = (publicKey: Uint8Array, signature: Uint8Array): boolean =>
  publicKey.byteLength === 32 && signature.byteLength === SIGNATURE_BYTES

/** By OpenSSL; the key is forgotten again. */
export const verifyByOpenssl: VerifyBytes = (publicKey, message, signature) =>
  fits(publicKey, signature) && crypto.verify(null, message, keyObject(publicKey), signature)

/** By OpenSSL, with the keys of signers kept (0.8 KB each): for threads that do nothing else. */
export const verifyKeepingKeys: VerifyBytes = (publicKey, message, signature) =>
  fits(publicKey, signature) && crypto.verify(null, message, keptKeyObject(publicKey), signature)

function keptKeyObject(publicKey: Uint8Array): crypto.KeyObject {
  const id = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.byteLength).toString('latin1')
  const known = keys.get(id)
  if (known !== undefined) return known
  const made = keyObject(publicKey)
  keys.set(id, made)
  return made
}

/** As a JWK (RFC 8037): OpenSSL's DER decoder takes ten times as long for the same key. */
function keyObject(publicKey: Uint8Array): crypto.KeyObject {
  const x = Buffer.from(publicKey).toString('base64url')
  return crypto.createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}
