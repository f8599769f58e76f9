import type { UnixMillis } from '@conet/core/units'

/** Something that wants to be woken at a moment. The heap keeps its place inside the item: no map, no entry objects. */
export interface Waking {
  /** When to wake; `Infinity` never. Change it only through `Deadlines.set`. */
  wakeAt: UnixMillis
  /** Place in the heap, -1 outside. */
  heapIndex: number
}

/**
 * Who is to be woken when: a binary min-heap by wake time. 10,000 sessions cost one timer and no allocation per
 * change; whoever drives it asks for `next` and wakes everything that is due.
 */
export class Deadlines<T extends Waking> {
  readonly #heap: T[] = []

  get size(): number {
    return this.#heap.length
  }

  /** Earliest wake time, `Infinity` if nobody waits. */
  get next(): UnixMillis {
    return this.#heap[0]?.wakeAt ?? Number.POSITIVE_INFINITY
  }

  /** Moves an item to a new time, adding it if it is not in; `Infinity` takes it out. */
  set(item: T, wakeAt: UnixMillis): void {
    if (item.heapIndex >= 0 && item.wakeAt === wakeAt) return
    if (wakeAt === Number.POSITIVE_INFINITY) {
      this.remove(item)
      return
    }
    const before = item.wakeAt
    item.wakeAt = wakeAt
    if (item.heapIndex < 0) {
      item.heapIndex = this.#heap.length
      this.#heap.push(item)
      this.#up(item)
    } else if (wakeAt < before) this.#up(item)
    else this.#down(item)
  }

  /** Takes an item out; doing it twice is allowed. */
  remove(item: T): void {
    const index = item.heapIndex
    if (index < 0) return
    item.heapIndex = -1
    item.wakeAt = Number.POSITIVE_INFINITY
    const last = this.#heap.pop()
    if (last === undefined || last === item) return
    last.heapIndex = index
    this.#heap[index] = last
    this.#up(last)
    this.#down(last)
  }

  /** Takes out and returns the earliest item that is due, or `undefined`. */
  takeDue(now: UnixMillis): T | undefined {
    const first = this.#heap[0]
    if (first === undefined || first.wakeAt > now) return undefined
    this.remove(first)
    return first
  }

  #up(item: T): void {
    let index = item.heapIndex
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = this.#heap[parentIndex]
      if (parent === undefined || parent.wakeAt <= item.wakeAt) break
      this.#place(parent, index)
      index = parentIndex
    }
    this.#place(item, index)
  }

  #down(item: T): void {
    let index = item.heapIndex
    for (;;) {
      const left = this.#heap[2 * index + 1]
      const right = this.#heap[2 * index + 2]
      const least = right !== undefined && left !== undefined && right.wakeAt < left.wakeAt ? right : left
      if (least === undefined || least.wakeAt >= item.wakeAt) break
      const next = least.heapIndex
      this.#place(least, index)
      index = next
    }
    this.#place(item, index)
  }

  #place(item: T, index: number): void {
    this.#heap[index] = item
    item.heapIndex = index
  }
}
