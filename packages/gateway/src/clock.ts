import type { Millis, UnixMillis } from '@conet/core/units'

/** Time as a gateway sees it; passed in so that expiry can be tested and replayed. */
export interface Clock {
  now(): UnixMillis
  /** Runs once after `delay`; the returned function takes it back. */
  after(delay: Millis, run: () => void): () => void
}

/** The machine's clock. Its timers do not keep the process alive: the listening socket does. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delay, run) {
    const timer = setTimeout(run, delay)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
