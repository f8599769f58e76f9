import type { Codec } from './codec.js'
import type { StateStorage } from './types.js'

/** A committed record as decoded, with its leaf index. Changed in place by a commit: this is the hot path. */
export interface RecordEntry {
  value: unknown
  index: number
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
 * list at a fraction of its cost: when the young one is full it becomes the old one, and the old one is dropped.
 */
export class CommittedRecords {
  readonly #storage: StateStorage
  readonly #generation: number
  #young = new Map<string, RecordEntry>()
  #old = new Map<string, RecordEntry>()
  /** How often the old generation was dropped. An entry that was read stays for one drop and goes with the second. */
  #drops = 0

  /** @param cacheEntries - most decoded records kept, about 400 bytes each */
  constructor(storage: StateStorage, cacheEntries: number) {
    this.#storage = storage
    this.#generation = Math.max(1, cacheEntries >>> 1)
  }

  get<T>(key: string, codec: Codec<T>): RecordEntry | undefined {
    const cached = this.#young.get(key)
    if (cached !== undefined) return cached
    const entry = this.#old.get(key) ?? this.#load(key, codec)
    if (entry !== undefined) this.set(key, entry)
    return entry
  }

  /** Raw text of a record with its index, uncached: for proofs. */
  raw(key: string): readonly [index: number, text: string] | undefined {
    const stored = this.#storage.get(key)
    return stored === undefined ? undefined : readStored(stored)
  }

  /** Grows with time; see `holds`. */
  get age(): number {
    return this.#drops
  }

  /** Whether an entry read when the cache had this age is surely still in it. */
  holds(age: number): boolean {
    return this.#drops - age < 2
  }

  set(key: string, entry: RecordEntry): void {
    if (this.#young.size >= this.#generation) {
      this.#old = this.#young
      this.#young = new Map()
      this.#drops += 1
    }
    this.#young.set(key, entry)
  }

  drop(key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }

  *range<T>(prefix: string, codec: Codec<T>, after: string | undefined): Iterable<readonly [string, T]> {
    const from = after === undefined ? prefix : `${after} `
    for (const [key, stored] of this.#storage.range(from, prefixEnd(prefix), Number.POSITIVE_INFINITY)) {
      yield [key, codec.decode(readStored(stored)[1])]
    }
  }

  #load<T>(key: string, codec: Codec<T>): RecordEntry | undefined {
    const stored = this.#storage.get(key)
    if (stored === undefined) return undefined
    const [index, text] = readStored(stored)
    return { value: codec.decode(text), index }
  }
}

/** First key after every key with this prefix; keys are ASCII. */
export function prefixEnd(prefix: string): string {
  return `${prefix}\x7f`
}
