import * as crypto from 'node:crypto'
import { generations, type Signer } from '@conet/core/wire'

/** DER of PrivateKeyInfo for Ed25519 up to the 32 seed bytes (RFC 8410 section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
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

/** Signs by OpenSSL. @param seed - 32 secret bytes */
export function signByOpenssl(seed: Uint8Array): Signer['sign'] {
  const key = crypto.createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' })
  return input => crypto.sign(null, Buffer.from(input, 'latin1'), key)
}

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
