import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { ConetError } from '../errors/index.js'
import { encodeUtf8, type Sha256, type Signer } from '../wire/index.js'
import { didKeyUrl, encodeDidKey } from './did/key/index.js'

/** A signer with the public half of its key. */
export interface KeySigner extends Signer {
  readonly publicKey: Uint8Array
  /** The DID in front of `kid`'s fragment. */
  readonly did: string
}

/** SHA-256 without native code, for browsers. */
export const sha256: Sha256 = data => nobleSha256(typeof data === 'string' ? encodeUtf8(data) : data)

/** Public key of a 32-byte seed (RFC 8032 section 5.1.5). */
export function publicKeyFromSeed(seed: Uint8Array): Uint8Array {
  checkSeed(seed)
  return ed25519.getPublicKey(seed)
}

/**
 * A signer that needs no native code.
 *
 * @param seed - 32 secret bytes
 * @param kid - default: the `did:key` of the seed; for an owner `did:conet:…#z6Mk…`
 * @throws {ConetError} `SEED_LENGTH`
 */
export function signerFromSeed(seed: Uint8Array, kid?: string): KeySigner {
  const publicKey = publicKeyFromSeed(seed)
  const url = kid ?? didKeyUrl(encodeDidKey(publicKey))
  return {
    kid: url,
    did: url.slice(0, url.indexOf('#')),
    publicKey,
    sign: signingInput => ed25519.sign(encodeUtf8(signingInput), seed),
  }
}

function checkSeed(seed: Uint8Array): void {
  if (seed.length === 32) return
  throw new ConetError('SEED_LENGTH', `a seed has 32 bytes, not ${seed.length}: give the whole seed`)
}
