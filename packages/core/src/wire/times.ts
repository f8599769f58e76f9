import { ok, type Result, reject } from '../errors/index.js'
import type { Hash, Millis, UnixMillis } from '../units/index.js'

/** Two honest clocks may differ by this much (WIRE-8); NTP keeps hosts within a second, phones within a few. */
export const CLOCK_SKEW_MS: Millis = 30_000

/** A message may live at most this long: 10 minutes (WIRE-8). */
export const MAX_LIFE_MS: Millis = 600_000

export interface TimeRule {
  readonly nowMs: UnixMillis
  /** Default `CLOCK_SKEW_MS`. The ledger uses 0: block time is the only clock there. */
  readonly skewMs?: Millis
  /** Default `MAX_LIFE_MS`. */
  readonly maxLifeMs?: Millis
}

export type TimeCode = 'EXPIRED' | 'EXP_TOO_FAR' | 'NOT_YET_VALID'

/**
 * Checks when a message may be used: not after `exp`, not before `iat`, not long-lived (WIRE-8).
 *
 * @param times - milliseconds; a transaction's `exp` is in seconds (RFC 7519) and is multiplied by the caller
 * @returns `EXPIRED`, `EXP_TOO_FAR`, `NOT_YET_VALID`, each with the bound in `data`
 */
export function checkTimes(
  times: { readonly exp: UnixMillis; readonly iat?: UnixMillis },
  rule: TimeRule,
): Result<undefined, TimeCode> {
  const { nowMs, skewMs = CLOCK_SKEW_MS, maxLifeMs = MAX_LIFE_MS } = rule
  // Written so that NaN fails.
  if (!(times.exp + skewMs > nowMs)) return reject('EXPIRED', { exp: times.exp, now: nowMs })
  const latest = nowMs + maxLifeMs + skewMs
  if (times.exp > latest) return reject('EXP_TOO_FAR', { exp: times.exp, latest })
  if (times.iat !== undefined && !(times.iat <= nowMs + skewMs)) {
    return reject('NOT_YET_VALID', { iat: times.iat, now: nowMs })
  }
  return ok(undefined)
}

/** Width of a bucket of the nonce window: forgetting is by whole buckets, so at most this much late. */
const BUCKET_MS: Millis = 10_000

/**
 * Remembers message hashes until they expire, so that each is used once (WIRE-9). Bounded: a full window refuses new
 * messages rather than forgetting old ones, because forgetting would let a message in twice.
 */
export class NonceWindow {
  readonly #capacity: number
  readonly #buckets = new Map<number, Set<Hash>>()
  #size = 0

  /** @param capacity - most hashes kept at one time, about 150 bytes each */
  constructor(capacity = 100_000) {
    this.#capacity = capacity
  }

  /** Hashes kept now. */
  get size(): number {
    return this.#size
  }

  /**
   * Records a hash, once.
   *
   * @param exp - until when the message could be used, skew included
   * @returns `REPLAYED` if it was recorded before, `WINDOW_FULL` if there is no room; neither changes anything
   */
  use(hash: Hash, exp: UnixMillis, nowMs: UnixMillis): Result<undefined, 'REPLAYED' | 'WINDOW_FULL'> {
    this.forget(nowMs)
    const key = Math.floor(exp / BUCKET_MS)
    const bucket = this.#buckets.get(key) ?? new Set<Hash>()
    if (bucket.has(hash)) return reject('REPLAYED', { hash })
    if (this.#size >= this.#capacity) return reject('WINDOW_FULL', { capacity: this.#capacity })
    bucket.add(hash)
    this.#buckets.set(key, bucket)
    this.#size++
    return ok(undefined)
  }

  /** Drops buckets that lie wholly in the past. */
  forget(nowMs: UnixMillis): void {
    for (const [key, bucket] of this.#buckets) {
      if ((key + 1) * BUCKET_MS > nowMs) continue
      this.#size -= bucket.size
      this.#buckets.delete(key)
    }
  }
}
