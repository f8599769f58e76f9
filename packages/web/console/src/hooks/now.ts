import { useSyncExternalStore } from 'react'

/** Node's clock minus this device's: countdowns are the node's. */
let offsetMs = 0
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

/** Ticks per second: a calm four, or one when the system asks for less motion. */
function period(): number {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 1_000 : 250
}

function tick(): void {
  if (document.hidden) return
  now = Date.now() + offsetMs
  for (const notify of listeners) notify()
}

function subscribe(notify: () => void): () => void {
  listeners.add(notify)
  if (timer === undefined) {
    // Nobody looked for a while: what stands here is from then.
    now = Date.now() + offsetMs
    timer = setInterval(tick, period())
  }
  return () => {
    listeners.delete(notify)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** Sets the node's clock from an answer that left at `sent` and came at `received` (this device's clock). */
export function setNodeTime(time: number, sent: number, received: number): void {
  offsetMs = time - (sent + received) / 2
  now = Date.now() + offsetMs
}

/** The node's clock now, without subscribing. */
export function nodeNow(): number {
  return Date.now() + offsetMs
}

/** The node's clock, ticking; one timer serves the whole page and rests while the tab is hidden. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}
