import type { Millis, UnixMillis } from '@conet/core/units'

/** Time, passed in so that tests run hours in milliseconds. */
export interface Clock {
  now(): UnixMillis
  /** Runs `callback` once after `delayMs` (≥ 0); the returned function stops it. Never keeps the process alive. */
  after(delayMs: Millis, callback: () => void): () => void
}

/** Longest delay of a platform timer: 2^31 - 1 ms. Longer ones would fire at once. */
const LONGEST_DELAY_MS = 2_147_483_647

/** The wall clock and the platform's timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), LONGEST_DELAY_MS))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
