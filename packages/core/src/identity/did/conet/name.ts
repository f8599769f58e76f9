import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import canonicalize from 'canonicalize'
import { base58btc } from 'multiformats/bases/base58'
import type { Did, DidUrl, Hash } from '../../../units/index.js'
import { encodeUtf8 } from '../../../wire/index.js'
import { decodeMultikey, type Multikey } from '../../multikey.js'
import type { Inception } from './types.js'

/** `did:conet:<ledger>:<id>`; the id is base58btc of a SHA-256 multihash, so it begins with `Qm`. */
const FORM = /^did:conet:([a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?):(Qm[1-9A-HJ-NP-Za-km-z]{44})$/

/** Multihash prefix: sha2-256, 32 bytes. */
const SHA2_256 = [0x12, 0x20] as const

/**
 * Names a DID after its inception (IDN-20): nobody can take it before or change what it began with.
 *
 * @param lid - id of the ledger; the same inception has another name on another ledger
 */
export function conetDid(lid: string, inception: Inception): Did {
  const { keys, next, services, controller } = inception
  const text = canonicalize({ lid, keys, next, services, ...(controller === undefined ? {} : { controller }) })
  const digest = sha256(encodeUtf8(text ?? ''))
  const multihash = new Uint8Array([...SHA2_256, ...digest])
  return `did:conet:${lid}:${base58btc.baseEncode(multihash)}`
}

/** Splits a did:conet; `undefined` if the text is no such DID. */
export function parseConetDid(did: string): { readonly lid: string; readonly id: string } | undefined {
  const [, lid, id] = FORM.exec(did) ?? []
  return lid === undefined || id === undefined ? undefined : { lid, id }
}

/** The verification method of one key of a did:conet. */
export function conetKid(did: Did, key: Multikey): DidUrl {
  return `${did}#${key}`
}

/** Commitment to a key that stays secret until it is used (IDN-22): SHA-256 of the 32 bytes. */
export function commitKey(publicKey: Uint8Array): Hash {
  return bytesToHex(sha256(publicKey))
}

/** Commitment of a key in text form; `undefined` if the key is refused. */
export function commitMultikey(key: Multikey): Hash | undefined {
  const bytes = decodeMultikey(key)
  return bytes.ok ? commitKey(bytes.value) : undefined
}
