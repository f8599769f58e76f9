import type { Millis, UnixMillis } from '@conet/core/units'

/** Time as a gateway sees it; passed in so that expiry can be tested and replayed. */
export interface Clock {
  now(): UnixMillis
  /** Runs once after `delay`; the returned function takes it back. */
  after(delay: Millis, run: () => void): () => void
}

let origin = performance.timeOrigin

/**
 * The machine's clock, but never set back: what was granted for a second would last as long as the step. Set forward it follows, as
 * after a sleep of the machine. One for the process: whoever grants and whoever enforces must agree.
 */
export function steadyNow(): UnixMillis {
  const elapsed = performance.now()
  const wall = Date.now()
  if (wall > origin + elapsed) origin = wall - elapsed
  return Math.floor(origin + elapsed)
}

/** The machine's clock. Its timers do not keep the process alive: the listening socket does. */
export const systemClock: Clock = {
  now: steadyNow,
  after(delay, run) {
    const timer = setTimeout(run, delay)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
