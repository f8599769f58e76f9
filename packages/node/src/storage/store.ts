import { mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import type { Millis } from '@conet/core/units'
import { open, type RootDatabase } from 'lmdb'
import { STORAGE_CODES, storageError } from './codes.js'
import { type FolderLock, lockFolder } from './lock.js'

/** One change: a key with its new value, `undefined` removes it. */
export type Change = readonly [key: string, value: string | undefined]

/** Ordered text keys to text values on disk. Reads are synchronous and see what is committed. */
export interface KeyValueStore {
  get(key: string): string | undefined
  /**
   * Resolves after the values are on the disk. Calls made close together share one flush (group commit); each key is
   * written whole or not at all, but the keys of one call need not land together.
   * @throws ConetError `DISK_FULL`, `STORAGE_FAILED`: the old values are still there
   */
  put(changes: readonly Change[]): Promise<void>
  /** Like `put`, and after a crash either all changes are there or none. */
  writeAtomic(changes: readonly Change[]): Promise<void>
  /** `from` inclusive, `to` exclusive, at most `limit` entries. */
  range(from: string, to: string, limit: number): Iterable<readonly [key: string, value: string]>
  /** Backwards: from below `before` down to above `after`, both exclusive. */
  rangeDown(before: string, after: string, limit: number): Iterable<readonly [key: string, value: string]>
  /** Flushes, closes, and lets other processes in. */
  close(): Promise<void>
}

export interface StoreOptions {
  /** How long writes wait for company before one flush; 0 (default) flushes at once. Range 0..1000. */
  readonly groupMs?: Millis
}

/** Address space, not memory: a map that grows is mapped anew, and pages of the old one count until nobody reads there. */
const MAP_BYTES = 2 ** 30

/** Below this an lmdb file cannot even be mapped safely: a write into the map of a full disk ends the process. */
const SMALLEST_FREE_BYTES = 2 * 2 ** 20

/** Makes the folder. @throws ConetError `DISK_FULL`, `STORAGE_FAILED` */
function prepare(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    refuseFullDisk(path)
  } catch (error) {
    throw storageError(path, error)
  }
}

function refuseFullDisk(path: string): void {
  const { bavail, bsize } = statfsSync(path)
  if (bavail * bsize >= SMALLEST_FREE_BYTES) return
  throw new ConetError('DISK_FULL', `No room on the disk of ${path}: free at least 2 MiB, then start again.`, {
    verdict: STORAGE_CODES.DISK_FULL,
    data: { path, freeBytes: bavail * bsize },
  })
}

/** lmdb hides the errno in a second, rejected promise. */
async function reasonOf(error: unknown): Promise<unknown> {
  if (typeof error !== 'object' || error === null || !('commitError' in error)) return error
  try {
    await error.commitError
    return error
  } catch (inner) {
    return inner
  }
}

class LmdbStore implements KeyValueStore {
  readonly #path: string
  readonly #env: RootDatabase<string, string>
  readonly #lock: FolderLock

  constructor(path: string, env: RootDatabase<string, string>, lock: FolderLock) {
    this.#path = path
    this.#env = env
    this.#lock = lock
  }

  get(key: string): string | undefined {
    return this.#env.get(key)
  }

  async put(changes: readonly Change[]): Promise<void> {
    // lmdb hands out one promise per commit, so this set holds one or two members however many changes there are.
    const commits = new Set<Promise<boolean>>()
    for (const [key, value] of changes) {
      commits.add(value === undefined ? this.#env.remove(key) : this.#env.put(key, value))
    }
    await this.#settled(commits)
  }

  async writeAtomic(changes: readonly Change[]): Promise<void> {
    const commits = new Set<Promise<boolean>>()
    commits.add(
      this.#env.batch(() => {
        for (const [key, value] of changes) {
          commits.add(value === undefined ? this.#env.remove(key) : this.#env.put(key, value))
        }
      }),
    )
    await this.#settled(commits)
  }

  async #settled(commits: ReadonlySet<Promise<boolean>>): Promise<void> {
    const outcomes = await Promise.allSettled(commits)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') throw storageError(this.#path, await reasonOf(outcome.reason))
    }
  }

  *range(from: string, to: string, limit: number): Iterable<readonly [string, string]> {
    for (const { key, value } of this.#env.getRange({ start: from, end: to, limit })) yield [key, value]
  }

  *rangeDown(before: string, after: string, limit: number): Iterable<readonly [string, string]> {
    const entries = this.#env.getRange({ start: before, end: after, limit: limit + 1, reverse: true })
    let given = 0
    for (const { key, value } of entries) {
      // lmdb's reversed range includes its start.
      if (key >= before || given >= limit) continue
      given++
      yield [key, value]
    }
  }

  async close(): Promise<void> {
    try {
      await this.#env.close()
    } finally {
      this.#lock.release()
    }
  }
}

/**
 * Opens (or makes) a store in its own folder and locks it.
 *
 * A put resolves after fsync: `overlappingSync` would resolve before the flush, and a crash of the machine could then
 * lose a voucher that access was extended for.
 *
 * @param folder - the node's data folder
 * @param name - sub-folder, e.g. `provider`
 * @throws ConetError `DATA_LOCKED`, `DISK_FULL`, `STORAGE_FAILED`
 */
export function openStore(folder: string, name: string, options: StoreOptions = {}): KeyValueStore {
  const path = join(folder, name)
  prepare(path)
  const lock = lockFolder(path)
  try {
    const env = open<string, string>({
      path,
      encoding: 'string',
      noSubdir: false,
      overlappingSync: false,
      eventTurnBatching: false,
      commitDelay: options.groupMs ?? 0,
      mapSize: MAP_BYTES,
    })
    return new LmdbStore(path, env, lock)
  } catch (error) {
    lock.release()
    throw storageError(path, error)
  }
}
