import { jsonCodec } from './codec.js'
import type { Store } from './store.js'
import type { BlockContext } from './types.js'

const HOUR_MS = 3_600_000

/** How often something was done for nothing in one hour of block time. */
interface Used {
  readonly hour: number
  readonly count: number
}

const codec = jsonCodec<Used>()

/**
 * Whether a transition that leaves a record for good may still be had for nothing in this hour. What is given away is
 * bounded for the ledger as a whole: identities cost nothing to make, so a bound per signer would bound nothing (LED-67).
 *
 * @param key - where the count is kept, under the module's own name
 */
export function isFree(store: Store, key: string, perHour: number, block: BlockContext): boolean {
  return usedIn(store, key, block).count < perHour
}

/** Counts one. */
export function countFree(store: Store, key: string, block: BlockContext): void {
  const { hour, count } = usedIn(store, key, block)
  store.set(key, { hour, count: count + 1 }, codec)
}

function usedIn(store: Store, key: string, { timeMs }: BlockContext): Used {
  const hour = Math.floor(timeMs / HOUR_MS)
  const used = store.get(key, codec)
  return used?.hour === hour ? used : { hour, count: 0 }
}
