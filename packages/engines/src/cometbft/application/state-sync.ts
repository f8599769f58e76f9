import { ConetError } from '@conet/core/errors'
import type { Clock } from '../../contract-application.js'
import type { StateSnapshot } from '../../replica/index.js'
import { type Calls, exact } from '../abci/index.js'
import { FORMAT, type Manifest, sha256 } from './snapshot-store.js'

const OFFER = { accept: 1, reject: 3, rejectFormat: 4 } as const
const CHUNK = { accept: 1, retry: 3, rejectSnapshot: 5 } as const
/** A manifest of the most chunks that CometBFT takes. */
const MAX_METADATA_BYTES = 8 * 1024 * 1024

/** Clocks of members may differ so much, as for a follower (LED-53). */
const MAX_AHEAD_MS = 5 * 60_000

interface Loading {
  readonly engineHeight: number
  readonly manifest: Manifest
  readonly chunks: Map<number, Uint8Array>
}

/**
 * Loads a snapshot in place of all blocks before it. CometBFT vouches for the app hash by a light client; each chunk is
 * checked against the manifest when it comes, and the whole state against the app hash before it is used.
 */
export class StateSync {
  readonly #restore: (snapshot: StateSnapshot) => Promise<void>
  readonly #clock: Clock
  #loading: Loading | undefined

  /** @param restore - throws ConetError `SNAPSHOT_MISMATCH` if the state is not the one announced */
  constructor(restore: (snapshot: StateSnapshot) => Promise<void>, clock: Clock) {
    this.#restore = restore
    this.#clock = clock
  }

  offer({ snapshot, appHash }: Calls['offerSnapshot']['request']): Calls['offerSnapshot']['response'] {
    this.#loading = undefined
    if (snapshot === null) return { result: OFFER.reject }
    if (snapshot.format !== FORMAT) return { result: OFFER.rejectFormat }
    const manifest = readManifest(snapshot.metadata)
    const isWhole = manifest?.chunks.length === snapshot.chunks
    const isTrue =
      manifest?.appHash === Buffer.from(appHash).toString('hex') &&
      sha256(snapshot.metadata) === Buffer.from(snapshot.hash).toString('hex')
    if (manifest === undefined || !isWhole || !isTrue) return { result: OFFER.reject }
    this.#loading = { engineHeight: exact(snapshot.height, 'a height'), manifest, chunks: new Map() }
    return { result: OFFER.accept }
  }

  async apply(request: Calls['applySnapshotChunk']['request']): Promise<Calls['applySnapshotChunk']['response']> {
    const { index, chunk, sender } = request
    const loading = this.#loading
    if (loading === undefined) return { result: CHUNK.rejectSnapshot }
    const { manifest, chunks, engineHeight } = loading
    if (sha256(chunk) !== manifest.chunks[index]) {
      return { result: CHUNK.retry, refetchChunks: [index], rejectSenders: [sender] }
    }
    chunks.set(index, Uint8Array.from(chunk))
    if (chunks.size < manifest.chunks.length) return { result: CHUNK.accept }
    this.#loading = undefined
    const { height, appHash } = manifest
    const info = { height, appHash, chunks: chunks.size }
    const inOrder = manifest.chunks.map((_, i) => chunks.get(i) ?? new Uint8Array())
    try {
      const notAfterMs = this.#clock() + MAX_AHEAD_MS
      await this.#restore({ info, chunks: inOrder, engineHeight, notAfterMs })
      return { result: CHUNK.accept }
    } catch (error) {
      if (error instanceof ConetError && error.code === 'SNAPSHOT_MISMATCH') return { result: CHUNK.rejectSnapshot }
      throw error
    }
  }
}

function readManifest(bytes: Uint8Array): Manifest | undefined {
  if (bytes.byteLength > MAX_METADATA_BYTES) return undefined
  try {
    const value = JSON.parse(Buffer.from(bytes).toString()) as Partial<Manifest>
    const { height, appHash, chunks } = value
    const isGood =
      Number.isSafeInteger(height) &&
      typeof appHash === 'string' &&
      Array.isArray(chunks) &&
      chunks.length > 0 &&
      chunks.every(hash => typeof hash === 'string')
    return isGood ? (value as Manifest) : undefined
  } catch {
    return undefined
  }
}
