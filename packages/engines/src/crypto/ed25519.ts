import { type KeySigner, screenPublicKey, signerFromSeed } from '@conet/core/identity'
import type { Verify } from '@conet/core/wire'
import { type Libsodium, libsodium } from './libsodium.js'
import { fits, SIGNATURE_BYTES, signByOpenssl, type VerifyBytes, verifyByOpenssl } from './openssl.js'

const SECRET_BYTES = 64

/**
 * The verifier of IDN-4 over libsodium, or over OpenSSL without it. The two differ in one case: libsodium refuses every R of small
 * order, which IDN-4 does not, so that OpenSSL has the last word there.
 */
export function verifierOver(sodium: Libsodium | undefined): VerifyBytes {
  if (sodium === undefined) return verifyByOpenssl
  return (publicKey, message, signature) => {
    if (!fits(publicKey, signature)) return false
    if (sodium.crypto_sign_verify_detached(signature, message, publicKey)) return true
    const odd = screenPublicKey(signature.subarray(0, 32))
    return !odd.ok && odd.code === 'KEY_SMALL_ORDER' && verifyByOpenssl(publicKey, message, signature)
  }
}

/**
 * Checks one Ed25519 signature over bytes in the calling thread (IDN-4); `false` also for keys or signatures of a wrong length.
 *
 * @param publicKey - 32 bytes that passed the acceptance rule of core/identity
 * @param signature - 64 bytes
 */
export const verifyBytes: VerifyBytes = verifierOver(libsodium)

/** The verifier of a server process for single signatures, in the calling thread. */
export const nodeVerify: Verify = (publicKey, signingInput, signature) =>
  verifyBytes(publicKey, Buffer.from(signingInput, 'latin1'), signature)

/**
 * The same signer as `signerFromSeed`, with the native signature: byte for byte the same (RFC 8032 5.1.6 leaves nothing to chance).
 *
 * @param seed - 32 secret bytes
 * @param kid - default: the `did:key` of the seed
 */
export function nodeSigner(seed: Uint8Array, kid?: string, sodium: Libsodium | undefined = libsodium): KeySigner {
  return { ...signerFromSeed(seed, kid), sign: sodium === undefined ? signByOpenssl(seed) : signBySodium(seed, sodium) }
}

function signBySodium(seed: Uint8Array, sodium: Libsodium): KeySigner['sign'] {
  const secretKey = Buffer.alloc(SECRET_BYTES)
  sodium.crypto_sign_seed_keypair(Buffer.alloc(32), secretKey, seed)
  return input => {
    const signature = Buffer.alloc(SIGNATURE_BYTES)
    sodium.crypto_sign_detached(signature, Buffer.from(input, 'latin1'), secretKey)
    return signature
  }
}
