import type { Codec } from './codec.js'
import type { CommittedRecords, RecordEntry } from './records.js'
import type { Store } from './store.js'

/** One record that a block writes. One object per record and block, changed in place: this is the hot path. */
export class Change {
  readonly key: string
  readonly codec: Codec<unknown>
  /** The committed record; it points back at this change while that holds. */
  readonly entry: RecordEntry
  readonly view: StateView
  /** What another view makes of the same record: that of a block which is staged while this view only tries something. */
  readonly beneath: Change | undefined
  /** `undefined` once deleted. */
  value: unknown
  /** Leaf index: before the block, -1 if new; after `StateCommitment.stage` the new one. */
  index: number
  /** Text of `value`, made once per block. */
  text: string | undefined

  constructor(key: string, value: unknown, codec: Codec<unknown>, entry: RecordEntry, view: StateView) {
    this.key = key
    this.value = value
    this.codec = codec
    this.entry = entry
    this.view = view
    this.beneath = entry.change
    this.index = entry.index
    this.text = undefined
    entry.change = this
  }

  /** The record is as if it had not been changed. */
  undo(): void {
    this.entry.change = this.beneath
  }
}

/** Stands in the journal for "was not changed before". */
const UNCHANGED = Symbol('unchanged')

/**
 * The state of one block under way: committed records below, changes above, and a journal to undo one transaction. A
 * change hangs on the committed record, so that reading and writing take one look-up. What is given up must be undone.
 */
export class StateView implements Store {
  readonly #committed: CommittedRecords
  /** In the order in which the records were first changed. */
  readonly #changes: Change[] = []
  /** Two lists in step: what was changed, and its value before. */
  readonly #touched: Change[] = []
  readonly #before: unknown[] = []
  /** The last record read, and when: a write of the same key usually follows. */
  #lastKey: string | undefined
  #last: RecordEntry | undefined
  #lastDrops = 0

  constructor(committed: CommittedRecords) {
    this.#committed = committed
  }

  get<T>(key: string, codec: Codec<T>): T | undefined {
    const entry = this.#committed.get(key, codec)
    this.#lastKey = key
    this.#last = entry
    this.#lastDrops = this.#committed.drops
    const { change } = entry
    return (change?.view === this ? change.value : entry.value) as T | undefined
  }

  set<T>(key: string, value: T | undefined, codec: Codec<T>): void {
    const isLast = key === this.#lastKey && this.#lastDrops === this.#committed.drops
    const entry = (isLast ? this.#last : undefined) ?? this.#committed.get(key, codec)
    const { change } = entry
    if (change?.view === this) {
      this.#touched.push(change)
      this.#before.push(change.value)
      change.value = value
    } else {
      const fresh = new Change(key, value, codec as Codec<unknown>, entry, this)
      this.#changes.push(fresh)
      this.#touched.push(fresh)
      this.#before.push(UNCHANGED)
    }
  }

  *range<T>(prefix: string, codec: Codec<T>, after = ''): Iterable<readonly [string, T]> {
    const changed = this.#changes.filter(({ key }) => key.startsWith(prefix) && key > after)
    changed.sort((a, b) => (a.key < b.key ? -1 : 1))
    let next = 0
    for (const [key, value] of this.#committed.range(prefix, codec, after === '' ? undefined : after)) {
      while (next < changed.length && (changed[next] as Change).key < key) yield* present<T>(changed[next++] as Change)
      if (changed[next]?.key === key) yield* present<T>(changed[next++] as Change)
      else yield [key, value]
    }
    while (next < changed.length) yield* present<T>(changed[next++] as Change)
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
      if (this.#before[i] === UNCHANGED) {
        change.undo()
        this.#changes.pop()
      } else change.value = this.#before[i]
    }
    this.keep()
  }

  /** Every record whose content the block changed, encoded once. */
  encoded(): Change[] {
    const list: Change[] = []
    for (const change of this.#changes) {
      const { codec, value, index } = change
      if (value === undefined && index === -1) continue
      change.text = value === undefined ? undefined : codec.encode(value)
      list.push(change)
    }
    return list
  }

  /** Makes the changes the committed records; call once the storage has them. */
  commit(): void {
    for (const { entry, value, index } of this.#changes) {
      entry.value = value
      entry.index = value === undefined ? -1 : index
      entry.change = undefined
    }
    this.#committed.forget()
  }

  /** Gives everything up, kept or not. */
  discard(): void {
    for (const change of this.#changes) change.undo()
    this.#changes.length = 0
    this.keep()
    this.#committed.forget()
  }
}

function* present<T>({ key, value }: Change): Iterable<readonly [string, T]> {
  if (value !== undefined) yield [key, value as T]
}
