import type { Millis, UnixMillis } from '@conet/core/units'
import type { Clock } from '../clock.js'

/** Ends closer together than this share one timer. */
const SLACK_MS: Millis = 5
/** Longest timer: a clock that was set back or forward is noticed within this time. */
const LONGEST_TIMER_MS: Millis = 60_000

/** Something that is told when its time is over. It keeps its place in the heap itself: no map, no entry objects. */
export interface Ending {
  wakeAt: UnixMillis
  /** -1 outside. */
  heapIndex: number
  timeCame(): void
}

/** The one timer of all sessions of a gateway: a binary min-heap. Ten thousand timers of their own cost more than their rounds. */
export class Ends {
  readonly #heap: Ending[] = []
  readonly #clock: Clock
  #armedFor: UnixMillis = Number.POSITIVE_INFINITY
  #disarm: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Wakes `item` at this moment and at no other; it asks again if it wants more. */
  set(item: Ending, wakeAt: UnixMillis): void {
    if (item.heapIndex < 0) {
      item.heapIndex = this.#heap.length
      this.#heap.push(item)
    }
    item.wakeAt = wakeAt
    this.#up(item)
    this.#down(item)
    this.#arm()
  }

  /** Doing it twice is allowed. */
  remove(item: Ending): void {
    const { heapIndex } = item
    if (heapIndex < 0) return
    item.heapIndex = -1
    const last = this.#heap.pop()
    if (last !== undefined && last !== item) {
      this.#place(last, heapIndex)
      this.#up(last)
      this.#down(last)
    }
    if (this.#heap.length === 0) this.#rest()
  }

  #arm(): void {
    const [first] = this.#heap
    if (first === undefined || first.wakeAt >= this.#armedFor) return
    const now = this.#clock.now()
    const delay = Math.min(Math.max(first.wakeAt - now, SLACK_MS), LONGEST_TIMER_MS)
    // Never later than before: otherwise new ends could put off the old ones for ever.
    if (now + delay >= this.#armedFor) return
    this.#disarm?.()
    this.#armedFor = now + delay
    this.#disarm = this.#clock.after(delay, () => this.#wake())
  }

  #rest(): void {
    this.#disarm?.()
    this.#disarm = undefined
    this.#armedFor = Number.POSITIVE_INFINITY
  }

  #wake(): void {
    const now = this.#clock.now()
    // Nothing that asks meanwhile moves the timer: it is set once, at the end.
    this.#armedFor = Number.NEGATIVE_INFINITY
    for (let first = this.#heap[0]; first !== undefined && first.wakeAt <= now; first = this.#heap[0]) {
      this.remove(first)
      first.timeCame()
    }
    this.#armedFor = Number.POSITIVE_INFINITY
    this.#arm()
  }

  #up(item: Ending): void {
    let index = item.heapIndex
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = this.#heap[above]
      if (parent === undefined || parent.wakeAt <= item.wakeAt) break
      this.#place(parent, index)
      index = above
    }
    this.#place(item, index)
  }

  #down(item: Ending): void {
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

  #place(item: Ending, index: number): void {
    this.#heap[index] = item
    item.heapIndex = index
  }
}
