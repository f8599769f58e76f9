import { createPrivateKey, sign } from 'node:crypto'
import {
  commitKey,
  conetDid,
  conetKid,
  didKeyUrl,
  encodeDidKey,
  encodeMultikey,
  type Inception,
  type KeySigner,
  publicKeyFromSeed,
} from '@conet/core/identity'
import type { Did } from '@conet/core/units'
import type { Signer } from '@conet/core/wire'
import type { Seeds } from '../keys/index.js'

/** DER of PrivateKeyInfo for Ed25519 up to the 32 seed bytes (RFC 8410 section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Who the node acts as. */
export interface Owner {
  readonly did: Did
  readonly signer: KeySigner
  /** What makes the DID known to the ledger; `undefined` for a did:key, which needs nothing. */
  readonly inception: { readonly body: Inception; readonly signer: Signer } | undefined
}

/** Signs natively: 41,000 a second against 1,000 in plain JavaScript, and every grant and statement is signed. */
function nativeSigner(seed: Uint8Array, kid: string): KeySigner {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' })
  const did = kid.slice(0, kid.indexOf('#'))
  return { kid, did, publicKey: publicKeyFromSeed(seed), sign: input => sign(null, Buffer.from(input, 'latin1'), key) }
}

/**
 * The owner's identity from the seeds of the key file.
 *
 * @param method - `key`: a did:key that needs no ledger; `conet`: a DID on ledger `lid` whose next key is committed to by hash
 */
export function ownerOf(seeds: Seeds, method: 'key' | 'conet', lid: string): Owner {
  const publicKey = publicKeyFromSeed(seeds.current)
  const keyDid = encodeDidKey(publicKey)
  const keySigner = nativeSigner(seeds.current, didKeyUrl(keyDid))
  if (method === 'key') return { did: keyDid, signer: keySigner, inception: undefined }
  const multikey = encodeMultikey(publicKey)
  const body: Inception = { keys: [multikey], next: [commitKey(publicKeyFromSeed(seeds.next))], services: [] }
  const did = conetDid(lid, body)
  return { did, signer: nativeSigner(seeds.current, conetKid(did, multikey)), inception: { body, signer: keySigner } }
}
