import type { Codec } from './codec.js'
import type { StateStorage } from './types.js'
import type { Change } from './view.js'

/** A committed record as decoded, with its leaf index. Changed in place by a commit: this is the hot path. */
export interface RecordEntry {
  /** `undefined` if there is no such record. */
  value: unknown
  /** -1 if there is no such record. */
  index: number
  /** What the block under way makes of it. While there is one, this stays the only entry of its key. */
  change: Change | undefined
}

/** What the storage holds for one record: leaf index, bar, text. */
export function storedText(index: number, text: string): string {
  return `${index}|${text}`
}

/** Splits what `storedText` joined. */
export function readStored(stored: string): readonly [index: number, text: string] {
  const bar = stored.indexOf('|')
  return [Number(stored.slice(0, bar)), stored.slice(bar + 1)]
}

/**
 * Committed records, read through a bounded cache of decoded values. Two generations stand in for a least-recently-used
 * list at a fraction of its cost: when the young one is full it becomes the old one, and the old one is dropped but for
 * what the block under way changed.
 */
export class CommittedRecords {
  readonly #storage: StateStorage
  readonly #generation: number
  #young = new Map<string, RecordEntry>()
  #old = new Map<string, RecordEntry>()
  /** Those of dropped generations that were changed by a block under way; until `forget`. */
  #kept = new Map<string, RecordEntry>()
  /** How often a generation was dropped: while it stays the same, every entry that was read is still the one of its key. */
  drops = 0

  /** @param cacheEntries - most decoded records kept between blocks, about 400 bytes each */
  constructor(storage: StateStorage, cacheEntries: number) {
    this.#storage = storage
    this.#generation = Math.max(1, cacheEntries >>> 1)
  }

  /** That there is no record is remembered, too: parameters that nobody changed are asked for by every transaction. */
  get<T>(key: string, codec: Codec<T>): RecordEntry {
    const cached = this.#young.get(key)
    if (cached !== undefined) return cached
    const entry = this.#old.get(key) ?? this.#kept.get(key) ?? this.#load(key, codec)
    this.#set(key, entry)
    return entry
  }

  /** Raw text of a record with its index, uncached: for proofs. */
  raw(key: string): readonly [index: number, text: string] | undefined {
    const stored = this.#storage.get(key)
    return stored === undefined ? undefined : readStored(stored)
  }

  /** Nothing is changed any more: the block was committed or given up. */
  forget(): void {
    if (this.#kept.size > 0) this.#kept = new Map()
  }

  #set(key: string, entry: RecordEntry): void {
    if (this.#young.size >= this.#generation) {
      for (const [name, aged] of this.#old) if (aged.change !== undefined) this.#kept.set(name, aged)
      this.#old = this.#young
      this.#young = new Map()
      this.drops += 1
    }
    this.#young.set(key, entry)
  }

  *range<T>(prefix: string, codec: Codec<T>, after: string | undefined): Iterable<readonly [string, T]> {
    const from = after === undefined ? prefix : `${after} `
    for (const [key, stored] of this.#storage.range(from, prefixEnd(prefix), Number.POSITIVE_INFINITY)) {
      yield [key, codec.decode(readStored(stored)[1])]
    }
  }

  #load<T>(key: string, codec: Codec<T>): RecordEntry {
    const stored = this.#storage.get(key)
    if (stored === undefined) return { value: undefined, index: -1, change: undefined }
    const [index, text] = readStored(stored)
    return { value: codec.decode(text), index, change: undefined }
  }
}

/** First key after every key with this prefix; keys are ASCII. */
export function prefixEnd(prefix: string): string {
  return `${prefix}\x7f`
}
