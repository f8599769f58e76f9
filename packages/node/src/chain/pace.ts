import type { Millis } from '@conet/core/units'

/** Bytes that may pass at once after a quiet time, in seconds of the rate. */
const BURST_SECONDS = 0.1
const TICK_MS: Millis = 20

/** What is paused until bytes may pass: a socket. */
interface Paused {
  readonly destroyed: boolean
  resume(): unknown
}

/**
 * One token bucket for all that a relay carries, so that its owner's own traffic always has room. Whoever finds it empty
 * pauses its socket and is woken in the order of asking.
 */
export class Pace {
  readonly #rate: () => number
  readonly #now: () => Millis
  #tokens = 0
  #at: Millis
  #waiting: Paused[] = []
  #timer: NodeJS.Timeout | undefined

  /** @param rate - bytes per second now; asked again at every turn */
  constructor(rate: () => number, now: () => Millis) {
    this.#rate = rate
    this.#now = now
    this.#at = now()
  }

  /** Takes what has passed already; the debt is what the next ones wait for. @returns whether to go on at once */
  take(bytes: number): boolean {
    this.#fill()
    this.#tokens -= bytes
    return this.#tokens >= 0
  }

  /** Wakes it when bytes may pass again. */
  wait(paused: Paused): void {
    this.#waiting.push(paused)
    this.#timer ??= setInterval(() => this.#turn(), TICK_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#waiting = []
  }

  #turn(): void {
    this.#fill()
    this.#waiting = this.#waiting.filter(({ destroyed }) => !destroyed)
    if (this.#tokens < 0 && this.#waiting.length > 0) return
    const waiting = this.#waiting
    this.stop()
    for (const paused of waiting) paused.resume()
  }

  #fill(): void {
    const now = this.#now()
    const rate = this.#rate()
    this.#tokens = Math.min(rate * BURST_SECONDS, this.#tokens + (rate * (now - this.#at)) / 1_000)
    this.#at = now
  }
}
