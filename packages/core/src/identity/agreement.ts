import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { encodeUtf8 } from '../wire/index.js'

/** 32-byte X25519 public key of a secret (RFC 7748). */
export function agreementKey(secret: Uint8Array): Uint8Array {
  return x25519.getPublicKey(secret)
}

/**
 * The key that a stranger and the holder of an Ed25519 key share: only this holder can compute it, without a message.
 * Montgomery form of the Ed25519 key (RFC 7748 section 4.1), then HKDF-SHA256 (RFC 5869).
 *
 * @param secret - the stranger's X25519 secret, 32 random bytes
 * @param holder - the holder's Ed25519 public key, after `checkPublicKey`
 * @param context - names the use; both sides must give the same
 * @returns 32 bytes
 */
export function agreeWithHolder(secret: Uint8Array, holder: Uint8Array, context: string): Uint8Array {
  return derive(x25519.getSharedSecret(secret, ed25519.utils.toMontgomery(holder)), context)
}

/**
 * The same key on the holder's side.
 *
 * @param seed - of the holder's Ed25519 key
 * @param stranger - the stranger's X25519 public key
 * @throws if the stranger's key is of small order (RFC 7748 section 6.1)
 */
export function agreeAsHolder(seed: Uint8Array, stranger: Uint8Array, context: string): Uint8Array {
  return derive(x25519.getSharedSecret(ed25519.utils.toMontgomerySecret(seed), stranger), context)
}

function derive(shared: Uint8Array, context: string): Uint8Array {
  return hkdf(sha256, shared, undefined, encodeUtf8(context), 32)
}
