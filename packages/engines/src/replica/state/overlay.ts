import { lowerBound } from '@conet/core/ledger'

/** Name of the bucket of all keys that are in no collection, such as the machine's own. */
const LOOSE = ''

/** What was committed since the last checkpoint, readable by key and in key order. `null` marks a deletion. */
export class Overlay {
  readonly #loose = new Bucket(LOOSE)
  readonly #buckets = new Map<string, Bucket>([[LOOSE, this.#loose]])
  #size = 0
  /** Bucket of the last write: writes of one collection often follow each other. */
  #last: Bucket = this.#loose

  get size(): number {
    return this.#size
  }

  /** `undefined` = not in the overlay, `null` = deleted. */
  get(key: string): string | null | undefined {
    return this.#buckets.get(bucketOf(key))?.values.get(key)
  }

  set(key: string, value: string | null): void {
    if (!this.#last.owns(key)) this.#last = this.#bucketFor(key)
    if (this.#last.set(key, value)) this.#size += 1
  }

  #bucketFor(key: string): Bucket {
    const name = bucketOf(key)
    const known = this.#buckets.get(name)
    if (known !== undefined) return known
    const bucket = new Bucket(name)
    this.#buckets.set(name, bucket)
    return bucket
  }

  /** Forgets `key` unless it has changed since it held `value`. @returns whether it was forgotten */
  settle(key: string, value: string | null): boolean {
    const bucket = this.#buckets.get(bucketOf(key))
    if (bucket === undefined || bucket.values.get(key) !== value) return false
    bucket.values.delete(key)
    bucket.removed += 1
    this.#size -= 1
    return true
  }

  /** Forgets `key`, whatever it holds. */
  forget(key: string): void {
    const value = this.get(key)
    if (value !== undefined) this.settle(key, value)
  }

  *entries(): IterableIterator<readonly [string, string | null]> {
    for (const bucket of this.#buckets.values()) yield* bucket.values
  }

  /**
   * Entries with `from <= key < to` in key order, deletions included. A key outside every collection lies wholly before
   * or after the keys of each one: they all begin with their bucket's name and it does not.
   */
  *range(from: string, to: string): IterableIterator<readonly [string, string | null]> {
    const loose = this.#loose.range(from, to)
    let next = loose.next()
    for (const name of [...this.#buckets.keys()].sort()) {
      // A bucket's keys all begin with its name: skip buckets that lie wholly outside.
      if (name === LOOSE || name >= to || (name < from && !from.startsWith(name))) continue
      for (; next.done !== true && next.value[0] < name; next = loose.next()) yield next.value
      yield* this.#buckets.get(name)?.range(from, to) ?? []
    }
    for (; next.done !== true; next = loose.next()) yield next.value
  }
}

/** Keys of one collection, `<module>/<collection>/`, so that reading the due-queue never sorts the accounts. */
function bucketOf(key: string): string {
  const module = key.indexOf('/')
  const collection = module < 0 ? -1 : key.indexOf('/', module + 1)
  return collection < 0 ? LOOSE : key.slice(0, collection + 1)
}

class Bucket {
  readonly name: string
  readonly values = new Map<string, string | null>()
  /** Entries of `#sorted` that are no longer in `values`. */
  removed = 0
  #sorted: string[] = []
  #added: string[] = []

  constructor(name: string) {
    this.name = name
  }

  /** Whether the key belongs here; keys without a collection are always looked up. */
  owns(key: string): boolean {
    return this.name !== LOOSE && key.startsWith(this.name)
  }

  /** @returns whether the key is new here */
  set(key: string, value: string | null): boolean {
    const before = this.values.size
    this.values.set(key, value)
    const isNew = this.values.size > before
    if (isNew) this.#added.push(key)
    return isNew
  }

  *range(from: string, to: string): IterableIterator<readonly [string, string | null]> {
    const keys = this.#keys()
    for (let at = lowerBound(keys, from); at < keys.length; at++) {
      const key = keys[at]
      if (key === undefined || key >= to) return
      const value = this.values.get(key)
      if (value !== undefined) yield [key, value]
    }
  }

  /** New keys are sorted by themselves and merged: cheap when few come between two ranges. */
  #keys(): readonly string[] {
    if (this.#added.length === 0 && this.removed <= this.#sorted.length / 2) return this.#sorted
    const added = this.#added.sort()
    const old = this.removed > 0 ? this.#sorted.filter(key => this.values.has(key)) : this.#sorted
    this.#sorted = mergeSorted(old, added)
    this.#added = []
    this.removed = 0
    return this.#sorted
  }
}

/** Union of two sorted lists without repeats. */
function mergeSorted(a: readonly string[], b: readonly string[]): string[] {
  const merged: string[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const left = a[i]
    const right = b[j]
    const takeLeft = right === undefined || (left !== undefined && left <= right)
    const key = takeLeft ? left : right
    if (takeLeft) i += 1
    else j += 1
    if (key !== undefined && merged[merged.length - 1] !== key) merged.push(key)
  }
  return merged
}
