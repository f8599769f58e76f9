import type { ClientPorts } from './types.js'

/** What every platform has alike: monotonic time, timers, randomness, fetch. */
export const sharedPorts: Pick<ClientPorts, 'now' | 'setTimer' | 'random' | 'fetch'> = {
  // Not Date.now: a clock that is set during a session must not move its deadlines.
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  setTimer(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, 2 ** 31 - 1))
    return () => clearTimeout(timer)
  },
  random: length => crypto.getRandomValues(new Uint8Array(length)),
  fetch: (url, init) => fetch(url, init),
}
