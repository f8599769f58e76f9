import { createRequire } from 'node:module'

/** What a node calls of libsodium. Sizes in bytes: keys 32 (secret 64, seed 32), signatures 64. */
export interface Libsodium {
  /** `false` also where R is of small order, which it refuses before it computes anything. */
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void
  crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void
}

/**
 * `undefined` where sodium-native has no build that runs (there are some for glibc on x64 and arm64, macOS and Windows): OpenSSL gives
 * the same answers in twice the time.
 */
export const libsodium: Libsodium | undefined = load()

function load(): Libsodium | undefined {
  try {
    return createRequire(import.meta.url)('sodium-native')
  } catch {
    return undefined
  }
}
