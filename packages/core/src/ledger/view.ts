import type { Codec } from './codec.js'
import type { CommittedRecords, RecordEntry } from './records.js'
import type { Store } from './store.js'

/** One record that a block writes. One object per record and block, changed in place: this is the hot path. */
export class Change {
  readonly key: string
  readonly codec: Codec<unknown>
  /** `undefined` once deleted. */
  value: unknown
  /** Leaf index: before the block, `undefined` if not looked up yet, -1 if new; after `StateCommitment.stage` the new one. */
  index: number | undefined
  /** The committed record as it was read; `undefined` if it was not, or there is none. */
  entry: RecordEntry | undefined
  /** Text of `value`, made once per block. */
  text: string | undefined

  constructor(key: string, value: unknown, codec: Codec<unknown>) {
    this.key = key
    this.value = value
    this.codec = codec
  }

  /** Notes what the committed records hold under the key. */
  found(entry: RecordEntry | undefined): void {
    this.entry = entry
    this.index = entry?.index ?? -1
  }
}

/** A change whose leaf index was looked up. */
export type PlacedChange = Change & { index: number }

/** Stands in the journal for "was not changed before". */
const UNCHANGED = Symbol('unchanged')

/** The state of one block under way: committed records below, changes above, and a journal to undo one transaction. */
export class StateView implements Store {
  readonly #committed: CommittedRecords
  readonly #changes = new Map<string, Change>()
  /** Two lists in step: what was changed, and its value before. */
  readonly #touched: Change[] = []
  readonly #before: unknown[] = []
  /** The last committed record read: a write of the same key usually follows. */
  #lastKey = ''
  #last: RecordEntry | undefined
  readonly #age: number

  constructor(committed: CommittedRecords) {
    this.#committed = committed
    this.#age = committed.age
  }

  get<T>(key: string, codec: Codec<T>): T | undefined {
    const change = this.#changes.get(key)
    if (change !== undefined) return change.value as T | undefined
    this.#last = this.#committed.get(key, codec)
    this.#lastKey = key
    return this.#last?.value as T | undefined
  }

  set<T>(key: string, value: T | undefined, codec: Codec<T>): void {
    const change = this.#changes.get(key)
    if (change === undefined) {
      const fresh = new Change(key, value, codec as Codec<unknown>)
      if (key === this.#lastKey) fresh.found(this.#last)
      this.#changes.set(key, fresh)
      this.#touched.push(fresh)
      this.#before.push(UNCHANGED)
    } else {
      this.#touched.push(change)
      this.#before.push(change.value)
      change.value = value
    }
  }

  *range<T>(prefix: string, codec: Codec<T>, after?: string): Iterable<readonly [string, T]> {
    const changed = [...this.#changes.keys()].filter(key => key.startsWith(prefix) && key > (after ?? '')).sort()
    let next = 0
    for (const [key, value] of this.#committed.range(prefix, codec, after)) {
      while (next < changed.length && (changed[next] as string) < key)
        yield* this.#changed<T>(changed[next++] as string)
      if (changed[next] === key) yield* this.#changed<T>(changed[next++] as string)
      else yield [key, value]
    }
    while (next < changed.length) yield* this.#changed<T>(changed[next++] as string)
  }

  /** Keeps what was changed so far. */
  keep(): void {
    this.#touched.length = 0
    this.#before.length = 0
  }

  /** Undoes every change since the last `keep`. */
  undo(): void {
    for (let i = this.#touched.length - 1; i >= 0; i--) {
      const change = this.#touched[i] as Change
      if (this.#before[i] === UNCHANGED) this.#changes.delete(change.key)
      else change.value = this.#before[i]
    }
    this.keep()
  }

  /** Every record whose content the block changed, encoded once. */
  encoded(): PlacedChange[] {
    const list: PlacedChange[] = []
    for (const change of this.#changes.values()) {
      const { key, codec, value } = change
      if (change.index === undefined) change.found(this.#committed.get(key, codec))
      if (value === undefined && change.index === -1) continue
      change.text = value === undefined ? undefined : codec.encode(value)
      list.push(change as PlacedChange)
    }
    return list
  }

  /** Makes the changes the committed records; call once the storage has them. */
  commit(changes: readonly PlacedChange[]): void {
    const inPlace = this.#committed.holds(this.#age)
    for (const { key, value, index, entry } of changes) {
      if (value === undefined) this.#committed.drop(key)
      else if (entry === undefined || !inPlace) this.#committed.set(key, { value, index })
      else {
        entry.value = value
        entry.index = index
      }
    }
  }

  *#changed<T>(key: string): Iterable<readonly [string, T]> {
    const value = this.#changes.get(key)?.value
    if (value !== undefined) yield [key, value as T]
  }
}
