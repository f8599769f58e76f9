import { InvariantError } from '@conet/core/errors'

interface Event {
  readonly at: number
  readonly made: number
  readonly run: () => void
}

/** Most events at one call of `runUntil`: more means two machines that answer each other without end. */
const MOST_EVENTS = 5_000_000

/** Virtual time in ms: events run in the order of their moment, then of their making (a binary heap). */
export class EventClock {
  #made = 0
  readonly #heap: Event[] = []

  constructor(public now: number) {}

  at(moment: number, run: () => void): void {
    const event = { at: Math.max(moment, this.now), made: this.#made++, run }
    let slot = this.#heap.push(event) - 1
    while (slot > 0) {
      const parent = (slot - 1) >> 1
      const above = this.#heap[parent]
      if (above === undefined || !before(event, above)) break
      this.#heap[slot] = above
      slot = parent
    }
    this.#heap[slot] = event
  }

  after(delayMs: number, run: () => void): void {
    this.at(this.now + delayMs, run)
  }

  /** Runs everything up to `end`, then stands there. @throws {InvariantError} when events never run dry */
  runUntil(end: number): void {
    for (let count = 0; ; count++) {
      const first = this.#heap[0]
      if (first === undefined || first.at > end) break
      if (count > MOST_EVENTS) throw new InvariantError('sim/clock', 'the virtual clock does not advance')
      this.#pop()
      this.now = first.at
      first.run()
    }
    this.now = end
  }

  #pop(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    let slot = 0
    for (;;) {
      let child = 2 * slot + 1
      const [left, right] = [this.#heap[child], this.#heap[child + 1]]
      if (left === undefined) break
      if (right !== undefined && before(right, left)) child++
      const smaller = this.#heap[child]
      if (smaller === undefined || before(last, smaller)) break
      this.#heap[slot] = smaller
      slot = child
    }
    this.#heap[slot] = last
  }
}

function before(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.made < other.made)
}
