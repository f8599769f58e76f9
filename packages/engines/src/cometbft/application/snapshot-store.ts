import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Application } from '@conet/core/ledger'
import type { Hash } from '@conet/core/units'
import { nodeSha256 } from '../../crypto/index.js'
import { isErrno } from '../../replica/index.js'
import { exact, type SnapshotMessage } from '../abci/index.js'

/** The one form of snapshots there is so far. */
export const FORMAT = 1
/** A member that is loading the older one can finish while a newer one is made. */
const KEPT = 2
const MANIFEST = 'manifest.json'

/** What a snapshot says of itself; the hash that CometBFT compares between members is the one of this text. */
export interface Manifest {
  /** Of the ledger. */
  readonly height: number
  readonly appHash: string
  /** SHA-256 of each chunk, so that a bad one is found when it comes and not at the end. */
  readonly chunks: readonly string[]
}

/** Snapshots of this replica in a folder, each in a folder named after the engine's height. */
export class SnapshotStore {
  readonly #dir: string
  readonly #list = new Map<number, string>()
  #writing: Promise<void> = Promise.resolve()

  private constructor(dir: string) {
    this.#dir = dir
  }

  /** Finds what was written before; what was not finished is removed. */
  static async open(dir: string): Promise<SnapshotStore> {
    const store = new SnapshotStore(dir)
    await mkdir(dir, { recursive: true, mode: 0o700 })
    for (const name of await readdir(dir)) {
      const path = join(dir, name)
      const text = /^\d+$/.test(name) ? await readFile(join(path, MANIFEST), 'utf8').catch(absent) : undefined
      if (text === undefined) await rm(path, { recursive: true, force: true })
      else store.#list.set(Number(name), text)
    }
    return store
  }

  /** Takes the state as it is now; writing goes on afterwards. */
  take(app: Application, engineHeight: number): void {
    const { height, chunks: count, appHash } = app.snapshot()
    const chunks = Array.from({ length: count }, (_, i) => app.snapshotChunk(height, i))
    const manifest: Manifest = { height, appHash, chunks: chunks.map(sha256) }
    const text = JSON.stringify(manifest)
    this.#writing = this.#writing.then(() => this.#write(engineHeight, text, chunks)).catch(() => {})
  }

  /** What was taken so far is written. */
  settled(): Promise<void> {
    return this.#writing
  }

  list(): SnapshotMessage[] {
    return [...this.#list].map(([height, text]) => messageOf(height, text))
  }

  /** @returns no bytes for a snapshot that is not kept any more */
  async chunk(height: number | bigint, chunk: number): Promise<Uint8Array> {
    const name = exact(height, 'a height')
    if (!this.#list.has(name)) return new Uint8Array()
    const bytes = await readFile(join(this.#dir, String(name), String(chunk))).catch(absent)
    return bytes ?? new Uint8Array()
  }

  async #write(engineHeight: number, text: string, chunks: readonly Uint8Array[]): Promise<void> {
    const path = join(this.#dir, String(engineHeight))
    const beside = `${path}.new`
    await rm(beside, { recursive: true, force: true })
    await mkdir(beside, { mode: 0o700 })
    for (const [i, chunk] of chunks.entries()) await writeFile(join(beside, String(i)), chunk)
    await writeFile(join(beside, MANIFEST), text)
    await rm(path, { recursive: true, force: true })
    await rename(beside, path)
    this.#list.set(engineHeight, text)
    for (const old of [...this.#list.keys()].sort((a, b) => b - a).slice(KEPT)) {
      this.#list.delete(old)
      await rm(join(this.#dir, String(old)), { recursive: true, force: true })
    }
  }
}

function messageOf(height: number, text: string): SnapshotMessage {
  const { chunks } = JSON.parse(text) as Manifest
  const metadata = Buffer.from(text)
  return { height, format: FORMAT, chunks: chunks.length, hash: nodeSha256(metadata), metadata }
}

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array): Hash {
  return Buffer.from(nodeSha256(bytes)).toString('hex')
}

function absent(error: unknown): undefined {
  if (isErrno(error, 'ENOENT')) return undefined
  throw error
}
