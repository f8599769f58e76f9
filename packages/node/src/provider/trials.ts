import { isIPv6 } from 'node:net'
import { ok, type Result, reject } from '@conet/core/errors'
import type { Did, Millis, UnixMillis } from '@conet/core/units'
import type { Change } from '../storage/index.js'

/** How many unpaid trials may be open or lost within `windowMs`; a paid first round gives its trial back. */
export interface TrialLimits {
  readonly perIdentity: number
  readonly perDevice: number
  /** Per IPv4 address or IPv6 /64; many honest clients may stand behind one address. */
  readonly perAddress: number
  readonly windowMs: Millis
  /** Counters kept at most; beyond, unknown clients are refused rather than old ones forgotten. */
  readonly maxCounters: number
}

export const DEFAULT_TRIAL_LIMITS: TrialLimits = {
  perIdentity: 3,
  perDevice: 3,
  perAddress: 256,
  windowMs: 3_600_000,
  // About 150 bytes each: 15 MB at most.
  maxCounters: 100_000,
}

interface Counter {
  taken: number
  /** When the counter is forgotten. */
  until: UnixMillis
}

/** Prefix of the counters in the node's store. */
export const TRIAL_PREFIX = 't/'

/** The part of an address that one customer holds: an IPv4 address, or the /64 of an IPv6 address. */
export function addressKey(address: string): string {
  const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = (plain.split('%')[0] ?? '').toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length
  const groups = [...left, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...right]
  return `${groups
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/** Who is asking, as far as trials are counted. */
export interface Asker {
  readonly client: Did
  readonly device: string | undefined
  readonly address: string
}

/** Counts unpaid trials per identity, device and address (RND: bounded risk). Deterministic: time is passed in. */
export class Trials {
  readonly #limits: TrialLimits
  readonly #counters = new Map<string, Counter>()

  constructor(limits: TrialLimits, stored: Iterable<readonly [string, string]> = [], now: UnixMillis = 0) {
    this.#limits = limits
    for (const [key, value] of stored) {
      const [taken = 0, until = 0] = value.split(' ').map(Number)
      if (until > now) this.#counters.set(key, { taken, until })
    }
  }

  get size(): number {
    return this.#counters.size
  }

  /**
   * Takes one trial of each kind, or none.
   *
   * @returns the counters to store, or `TRIALS_USED_UP` (`data.by`, `data.retryAt`), `BUSY` if no more can be counted
   */
  take(asker: Asker, now: UnixMillis): Result<readonly Change[], 'TRIALS_USED_UP' | 'BUSY'> {
    const keys = keysOf(asker)
    for (const [by, key] of keys) {
      const counter = this.#live(key, now)
      if (counter !== undefined && counter.taken >= this.#limits[by]) {
        return reject('TRIALS_USED_UP', { by, retryAt: counter.until })
      }
    }
    if (this.#counters.size + keys.length > this.#limits.maxCounters) {
      this.forget(now)
      if (this.#counters.size + keys.length > this.#limits.maxCounters) return reject('BUSY', { reason: 'counters' })
    }
    return ok(keys.map(([, key]) => this.#add(key, now)))
  }

  /** Gives the trial back after a first paid round. @returns the counters to store */
  giveBack(asker: Asker, now: UnixMillis): readonly Change[] {
    const changes: Change[] = []
    for (const [, key] of keysOf(asker)) {
      const counter = this.#live(key, now)
      if (counter === undefined) continue
      counter.taken--
      if (counter.taken <= 0) this.#counters.delete(key)
      changes.push([key, counter.taken <= 0 ? undefined : `${counter.taken} ${counter.until}`])
    }
    return changes
  }

  /** Drops counters whose window is over. @returns their removal from the store */
  forget(now: UnixMillis): readonly Change[] {
    const changes: Change[] = []
    for (const [key, counter] of this.#counters) {
      if (counter.until > now) continue
      this.#counters.delete(key)
      changes.push([key, undefined])
    }
    return changes
  }

  #live(key: string, now: UnixMillis): Counter | undefined {
    const counter = this.#counters.get(key)
    return counter !== undefined && counter.until > now ? counter : undefined
  }

  #add(key: string, now: UnixMillis): Change {
    const known = this.#live(key, now)
    const counter = known ?? { taken: 0, until: now + this.#limits.windowMs }
    counter.taken++
    if (known === undefined) this.#counters.set(key, counter)
    return [key, `${counter.taken} ${counter.until}`]
  }
}

type Kind = 'perIdentity' | 'perDevice' | 'perAddress'

function keysOf(asker: Asker): readonly (readonly [Kind, string])[] {
  const keys: (readonly [Kind, string])[] = [
    ['perIdentity', `${TRIAL_PREFIX}i/${asker.client}`],
    ['perAddress', `${TRIAL_PREFIX}a/${addressKey(asker.address)}`],
  ]
  if (asker.device !== undefined) keys.push(['perDevice', `${TRIAL_PREFIX}d/${asker.device}`])
  return keys
}
