import type { Millis, UnixMillis } from '@conet/core/units'
import { steadyNow } from '@conet/gateway'

/** Time, passed in so that tests run hours in milliseconds. */
export interface Clock {
  /** Never runs backwards: what sessions last by. */
  now(): UnixMillis
  /** What others' clocks and the owner's hours are compared with; it may be set back. */
  wall(): UnixMillis
  /** Runs `callback` once after `delayMs` (≥ 0); the returned function stops it. Never keeps the process alive. */
  after(delayMs: Millis, callback: () => void): () => void
}

/** Longest delay of a platform timer: 2^31 - 1 ms. Longer ones would fire at once. */
const LONGEST_DELAY_MS = 2_147_483_647

/** The machine's clock and the platform's timers. */
export const systemClock: Clock = {
  now: steadyNow,
  wall: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), LONGEST_DELAY_MS))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
