import type { Millis, UnixMillis } from '@conet/core/units'

/** Time as a gateway sees it; passed in so that expiry can be tested and replayed. */
export interface Clock {
  now(): UnixMillis
  /** Runs once after `delay`; the returned function takes it back. */
  after(delay: Millis, run: () => void): () => void
}

/**
 * A clock that is never set back: what was granted for a second would last as long as the step. Set forward it follows, as after a
 * sleep of the machine; a step forward that was wrong stays for the life of the process.
 *
 * @param wallMs - a clock that may be set, in Unix milliseconds
 * @param elapsedMs - one that only runs
 */
export function steadyClock(wallMs: () => UnixMillis, elapsedMs: () => number): () => UnixMillis {
  let origin = wallMs() - elapsedMs()
  return () => {
    const [wall, elapsed] = [wallMs(), elapsedMs()]
    if (wall > origin + elapsed) origin = wall - elapsed
    return Math.floor(origin + elapsed)
  }
}

/** The machine's. One for the process: whoever grants and whoever enforces must agree. */
export const steadyNow = steadyClock(
  () => Date.now(),
  () => performance.now(),
)

/** The machine's clock. Its timers do not keep the process alive: the listening socket does. */
export const systemClock: Clock = {
  now: steadyNow,
  after(delay, run) {
    const timer = setTimeout(run, delay)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
