import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import { checkPublicKey, checkSignatureForm, type KeySigner, signerFromSeed } from '@conet/core/identity'
import type { Sha256, Verify } from '@conet/core/wire'

/** DER of PKCS #8 for Ed25519 up to the 32 key bytes (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
/** A device talks to few providers at a time. */
const MOST_KEYS = 256

const keys = new Map<string, KeyObject | undefined>()

function publicKeyObject(publicKey: Uint8Array): KeyObject | undefined {
  const id = Buffer.from(publicKey).toString('latin1')
  if (keys.has(id)) return keys.get(id)
  if (keys.size >= MOST_KEYS) keys.clear()
  const made = checkPublicKey(publicKey).ok
    ? createPublicKey({
        key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
        format: 'jwk',
      })
    : undefined
  keys.set(id, made)
  return made
}

/** Verifies by the one acceptance rule (IDN-3), natively. */
export const nativeVerify: Verify = (publicKey, signingInput, signature) => {
  const key = publicKeyObject(publicKey)
  if (key === undefined || !checkSignatureForm(signature).ok) return false
  return verify(null, Buffer.from(signingInput, 'latin1'), key, signature)
}

/** SHA-256 in one native call. */
export const nativeSha256: Sha256 = data => hash('sha256', data, 'buffer')

/** The same signer as `signerFromSeed`, with native signing (30 µs in place of 1 ms). */
export function nativeSigner(seed: Uint8Array): KeySigner {
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' })
  return {
    ...signerFromSeed(seed),
    sign: signingInput => new Uint8Array(sign(null, Buffer.from(signingInput, 'latin1'), key)),
  }
}
