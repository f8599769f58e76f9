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
import { nodeSigner } from '@conet/engines/crypto'
import type { Seeds } from '../keys/index.js'

/** Who the node acts as. */
export interface Owner {
  readonly did: Did
  readonly signer: KeySigner
  /** What makes the DID known to the ledger; `undefined` for a did:key, which needs nothing. */
  readonly inception: { readonly body: Inception; readonly signer: Signer } | undefined
}

/**
 * The owner's identity from the seeds of the key file.
 *
 * @param method - `key`: a did:key that needs no ledger; `conet`: a DID on ledger `lid` whose next key is committed to by hash
 */
export function ownerOf(seeds: Seeds, method: 'key' | 'conet', lid: string): Owner {
  const publicKey = publicKeyFromSeed(seeds.current)
  const keyDid = encodeDidKey(publicKey)
  const keySigner = nodeSigner(seeds.current, didKeyUrl(keyDid))
  if (method === 'key') return { did: keyDid, signer: keySigner, inception: undefined }
  const multikey = encodeMultikey(publicKey)
  const body: Inception = { keys: [multikey], next: [commitKey(publicKeyFromSeed(seeds.next))], services: [] }
  const did = conetDid(lid, body)
  return { did, signer: nodeSigner(seeds.current, conetKid(did, multikey)), inception: { body, signer: keySigner } }
}
