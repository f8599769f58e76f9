import type { DIDDocument, DIDResolutionResult } from 'did-resolver'
import { ok, type Result, reject } from '../../../errors/index.js'
import type { Did, DidUrl } from '../../../units/index.js'
import type { KeyCode } from '../../codes.js'
import { decodeMultikey, encodeMultikey, signerMultikey } from '../../multikey.js'
import { remembered } from '../../remembered.js'
import { keyDocument } from '../document.js'
import { DID_JSON, failed } from '../resolution.js'

const METHOD = 'did:key:'

/** Writes the DID of a public key that passed `checkPublicKey`. */
export function encodeDidKey(publicKey: Uint8Array): Did {
  return METHOD + encodeMultikey(publicKey)
}

/** The only verification method of a `did:key`: the DID, `#`, and the key again. */
export function didKeyUrl(did: Did): DidUrl {
  return `${did}#${did.slice(METHOD.length)}`
}

/**
 * Reads the key out of a `did:key`.
 *
 * @param did - untrusted
 * @returns 32 bytes that passed `checkPublicKey`, its codes, or `DID_MALFORMED`
 */
export function decodeDidKey(did: Did): Result<Uint8Array, KeyCode | 'DID_MALFORMED'> {
  return did.startsWith(METHOD) ? decodeMultikey(did.slice(METHOD.length)) : reject('DID_MALFORMED')
}

/**
 * Reads the key out of the `kid` of a signature made as a `did:key`: the fragment must repeat the identifier (IDN-11).
 * Remembered by the whole `kid`, because that text comes out of the header cache with its hash already made.
 *
 * @param kid - untrusted
 * @returns 32 bytes that passed `screenPublicKey`, to verify a signature with; do not change them
 */
export const decodeDidKeyUrl = remembered<Uint8Array, KeyCode | 'DID_MALFORMED'>((kid: DidUrl) => {
  const hash = kid.indexOf('#')
  const fragment = kid.slice(hash + 1)
  if (hash === -1 || METHOD + fragment !== kid.slice(0, hash)) return reject('DID_MALFORMED')
  return signerMultikey(fragment)
})

/** DID document of a `did:key` (W3C DID Core, Multikey). */
export function didKeyDocument(did: Did): Result<DIDDocument, KeyCode | 'DID_MALFORMED'> {
  const key = decodeDidKey(did)
  return key.ok ? ok(keyDocument(did, [did.slice(METHOD.length)])) : key
}

/** Resolution result in the form of W3C DID Resolution; nothing can be not found. */
export function resolveDidKey(did: Did): DIDResolutionResult {
  const document = didKeyDocument(did)
  if (!document.ok) return failed('invalidDid', document.code)
  return {
    didResolutionMetadata: { contentType: DID_JSON },
    didDocument: document.value,
    didDocumentMetadata: {},
  }
}
