import type { UnixMillis } from '@conet/core/units'

/** Something that wants to be woken at a moment. */
export interface Waking {
  /** When to wake; `Infinity` never. Change it only through `Deadlines.set`. */
  wakeAt: UnixMillis
  /** Its number among those that wait, -1 outside. Belongs to `Deadlines`. */
  slot: number
}

/**
 * Who is to be woken when: a binary min-heap by wake time. 10,000 sessions cost one timer and no allocation per
 * change; whoever drives it asks for `next` and wakes everything that is due.
 *
 * The heap holds numbers only. Items that lie cold in memory are not touched when another one moves past them: that would cost more than
 * the comparisons.
 */
export class Deadlines<T extends Waking> {
  /** By place in the heap: when, and whose slot. */
  readonly #times: UnixMillis[] = []
  readonly #slots: number[] = []
  /** By slot: the place in the heap, and the item. */
  readonly #places: number[] = []
  readonly #items: (T | undefined)[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#times.length
  }

  /** Earliest wake time, `Infinity` if nobody waits. */
  get next(): UnixMillis {
    return this.#times[0] ?? Number.POSITIVE_INFINITY
  }

  /** Moves an item to a new time, adding it if it is not in; `Infinity` takes it out. */
  set(item: T, wakeAt: UnixMillis): void {
    if (item.slot >= 0 && item.wakeAt === wakeAt) return
    if (wakeAt === Number.POSITIVE_INFINITY) {
      this.remove(item)
      return
    }
    const before = item.wakeAt
    item.wakeAt = wakeAt
    if (item.slot < 0) {
      item.slot = this.#free.pop() ?? this.#items.length
      this.#items[item.slot] = item
      this.#up(this.#times.length, wakeAt, item.slot)
      return
    }
    const place = this.#places[item.slot] ?? 0
    if (wakeAt < before) this.#up(place, wakeAt, item.slot)
    else this.#down(place, wakeAt, item.slot)
  }

  /** Takes an item out; doing it twice is allowed. */
  remove(item: T): void {
    const { slot, wakeAt } = item
    if (slot < 0) return
    item.slot = -1
    item.wakeAt = Number.POSITIVE_INFINITY
    this.#items[slot] = undefined
    this.#free.push(slot)
    // The last of the heap takes its place, and moves from there.
    const place = this.#places[slot] ?? 0
    const [time, last] = [this.#times.pop(), this.#slots.pop()]
    if (time === undefined || last === undefined || last === slot) return
    if (time < wakeAt) this.#up(place, time, last)
    else this.#down(place, time, last)
  }

  /** Takes out and returns the earliest item that is due, or `undefined`. */
  takeDue(now: UnixMillis): T | undefined {
    if (this.next > now) return undefined
    const first = this.#items[this.#slots[0] ?? -1]
    if (first !== undefined) this.remove(first)
    return first
  }

  /** Puts a slot in at `place`, or nearer to the root. */
  #up(place: number, time: UnixMillis, slot: number): void {
    let at = place
    while (at > 0) {
      const parent = (at - 1) >> 1
      const earlier = this.#times[parent] ?? 0
      if (earlier <= time) break
      this.#put(at, earlier, this.#slots[parent] ?? 0)
      at = parent
    }
    this.#put(at, time, slot)
  }

  /** Puts a slot in at `place`, or further from the root. */
  #down(place: number, time: UnixMillis, slot: number): void {
    let at = place
    for (;;) {
      const left = 2 * at + 1
      const child = this.#timeAt(left + 1) < this.#timeAt(left) ? left + 1 : left
      const later = this.#timeAt(child)
      if (later >= time) break
      this.#put(at, later, this.#slots[child] ?? 0)
      at = child
    }
    this.#put(at, time, slot)
  }

  #timeAt(place: number): UnixMillis {
    return place < this.#times.length ? (this.#times[place] ?? 0) : Number.POSITIVE_INFINITY
  }

  #put(place: number, time: UnixMillis, slot: number): void {
    this.#times[place] = time
    this.#slots[place] = slot
    this.#places[slot] = place
  }
}
