import { ConetError } from '@conet/core/errors'
import { decodeDidKeyUrl, decodeMultikey } from '@conet/core/identity'
import type { Did, DidUrl } from '@conet/core/units'
import type { NodeApi } from '../api/api.js'

/** A document is asked for again after this many others, so that the cache stays small. */
const MOST_DOCUMENTS = 256

/**
 * Finds the public key behind a `kid`. `did:key` carries it; everything else is resolved by a node this device chose,
 * not by the provider that wants to be believed. Documents are kept; a `kid` they do not have is asked for once more,
 * because keys rotate.
 */
export class KeyBook {
  readonly #api: Pick<NodeApi, 'did'>
  readonly #documents = new Map<Did, ReadonlyMap<DidUrl, Uint8Array>>()

  constructor(api: Pick<NodeApi, 'did'>) {
    this.#api = api
  }

  /** Loads a document ahead, so that the first grant need not wait; failures wait for `keyOf`. */
  async prepare(did: Did): Promise<void> {
    if (did.startsWith('did:key:') || this.#documents.has(did)) return
    await this.#load(did).catch(() => undefined)
  }

  /** @throws ConetError `PROVIDER_UNKNOWN` if the DID has no such key, and what the node answers */
  async keyOf(kid: DidUrl): Promise<Uint8Array> {
    const key = this.known(kid) ?? (await this.#load(kid.slice(0, kid.indexOf('#')))).get(kid)
    if (key !== undefined) return key
    throw new ConetError('PROVIDER_UNKNOWN', `${kid} is no key of its owner: do not trust what it signed.`, {
      data: { kid },
    })
  }

  /** The key if it is known without asking anyone. */
  known(kid: DidUrl): Uint8Array | undefined {
    if (kid.startsWith('did:key:')) {
      const key = decodeDidKeyUrl(kid)
      return key.ok ? key.value : undefined
    }
    return this.#documents.get(kid.slice(0, kid.indexOf('#')))?.get(kid)
  }

  async #load(did: Did): Promise<ReadonlyMap<DidUrl, Uint8Array>> {
    if (did.startsWith('did:key:')) return new Map()
    const keys = keysOf(did, await this.#api.did(did))
    if (this.#documents.size >= MOST_DOCUMENTS) this.#documents.clear()
    this.#documents.set(did, keys)
    return keys
  }
}

interface Method {
  readonly id?: unknown
  readonly publicKeyMultibase?: unknown
}

function keysOf(did: Did, answer: unknown): ReadonlyMap<DidUrl, Uint8Array> {
  const result = answer as { didDocument?: { id?: unknown; verificationMethod?: readonly Method[] } } | null
  const keys = new Map<DidUrl, Uint8Array>()
  const document = result?.didDocument
  if (document?.id !== did || !Array.isArray(document.verificationMethod)) return keys
  for (const { id, publicKeyMultibase } of document.verificationMethod as readonly Method[]) {
    if (typeof id !== 'string' || typeof publicKeyMultibase !== 'string') continue
    const key = decodeMultikey(publicKeyMultibase)
    if (key.ok) keys.set(id.startsWith('#') ? did + id : id, key.value)
  }
  return keys
}
