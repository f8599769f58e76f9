import type { Codec } from './codec.js'
import type { RecordChange } from './commitment/commitment.js'
import type { CommittedRecords } from './records.js'
import type { Store } from './store.js'

interface Change {
  readonly value: unknown
  readonly codec: Codec<unknown>
}

/** The state of one block under way: committed records below, changes above, and a journal to undo one transaction. */
export class StateView implements Store {
  readonly #committed: CommittedRecords
  readonly #changes = new Map<string, Change>()
  #journal: (readonly [key: string, before: Change | undefined])[] = []

  constructor(committed: CommittedRecords) {
    this.#committed = committed
  }

  get<T>(key: string, codec: Codec<T>): T | undefined {
    const change = this.#changes.get(key)
    if (change !== undefined) return change.value as T | undefined
    return this.#committed.get(key, codec)?.value as T | undefined
  }

  set<T>(key: string, value: T | undefined, codec: Codec<T>): void {
    this.#journal.push([key, this.#changes.get(key)])
    this.#changes.set(key, { value, codec: codec as Codec<unknown> })
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
    if (this.#journal.length > 0) this.#journal = []
  }

  /** Undoes every change since the last `keep`. */
  undo(): void {
    for (const [key, before] of this.#journal.reverse()) {
      if (before === undefined) this.#changes.delete(key)
      else this.#changes.set(key, before)
    }
    this.#journal = []
  }

  /** Every record whose content the block changed, encoded once. */
  encoded(): RecordChange[] {
    const list: RecordChange[] = []
    for (const [key, { value, codec }] of this.#changes) {
      const index = this.#committed.get(key, codec)?.index ?? -1
      if (value === undefined && index === -1) continue
      list.push({ key, index, text: value === undefined ? undefined : codec.encode(value) })
    }
    return list
  }

  /** Decoded value of a changed record. */
  value(key: string): unknown {
    return this.#changes.get(key)?.value
  }

  *#changed<T>(key: string): Iterable<readonly [string, T]> {
    const value = this.#changes.get(key)?.value
    if (value !== undefined) yield [key, value as T]
  }
}
