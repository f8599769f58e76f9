import type { Millis, UnixMillis } from '@conet/core/units'
import type { Clock } from '../clock.js'
import { Deadlines, type Waking } from '../deadlines.js'

/** Ends closer together than this share one timer. */
const SLACK_MS: Millis = 5
/** Longest timer: a clock that was set back or forward is noticed within this time. */
const LONGEST_TIMER_MS: Millis = 60_000

/** Something that is told when its time is over. */
export interface Ending extends Waking {
  timeCame(): void
}

/** The one timer of all sessions of a gateway. Ten thousand timers of their own cost more than their rounds. */
export class Ends {
  readonly #waiting = new Deadlines<Ending>()
  readonly #clock: Clock
  #armedFor: UnixMillis = Number.POSITIVE_INFINITY
  #disarm: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Wakes `item` at this moment and at no other; it asks again if it wants more. */
  set(item: Ending, wakeAt: UnixMillis): void {
    this.#waiting.set(item, wakeAt)
    this.#arm()
  }

  /** Doing it twice is allowed. */
  remove(item: Ending): void {
    this.#waiting.remove(item)
    if (this.#waiting.size === 0) this.#rest()
  }

  #arm(): void {
    const { next } = this.#waiting
    if (next >= this.#armedFor) return
    const now = this.#clock.now()
    const delay = Math.min(Math.max(next - now, SLACK_MS), LONGEST_TIMER_MS)
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
    for (let due = this.#waiting.takeDue(now); due !== undefined; due = this.#waiting.takeDue(now)) due.timeCame()
    this.#armedFor = Number.POSITIVE_INFINITY
    this.#arm()
  }
}
