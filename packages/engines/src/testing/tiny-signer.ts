import { createPrivateKey, createPublicKey, hash, sign } from 'node:crypto'
import type { Genesis } from '@conet/core/ledger'
import { type Signer, signEnvelope } from '@conet/core/wire'

/** DER of an Ed25519 private key up to the 32 seed bytes (RFC 8410 §7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** First state of the tiny application. */
export const TINY_GENESIS: Genesis = { lid: 'tiny', timeMs: 1_000, assets: [], accounts: [] }

/** A signer whose key follows from a name, the same in every run. */
export function tinySigner(name: string): Signer {
  const seed = hash('sha256', name, 'buffer')
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' })
  const jwk = createPublicKey(key).export({ format: 'jwk' })
  const hex = Buffer.from(jwk.x ?? '', 'base64url').toString('hex')
  return { kid: `did:key:${hex}#0`, sign: input => sign(null, Buffer.from(input, 'latin1'), key) }
}

/** A transaction of the tiny application; different `nonce`, different transaction. */
export function tinyTx(signer: Signer, nonce: string, body: object): string {
  return signEnvelope('conet-tx+jwt', { lid: 'tiny', exp: 600, nonce, type: 'tiny/set', body }, signer)
}
