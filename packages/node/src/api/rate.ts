import { isIPv6 } from 'node:net'

/** How many expensive requests one address may make. */
export interface RateLimit {
  /** At once, after a pause. */
  readonly burst: number
  readonly perSecond: number
}

/** Generous for a household behind one address, far below what two cores verify (about 15,000 signatures a second). */
export const DEFAULT_RATE: RateLimit = { burst: 2_000, perSecond: 1_000 }

/** Addresses remembered; the least recently seen go first, and lose nothing but a full bucket. */
const MAX_ADDRESSES = 20_000

/** IPv6 customers get a /64 at least: its addresses count as one. */
function sourceOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address
  const [head = '', tail] = address.split('::')
  const left = head.split(':')
  const right = tail === undefined ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...zeros, ...right].slice(0, 4).join(':')
}

/** Token buckets per address. */
export class RateLimiter {
  readonly #limit: RateLimit
  readonly #buckets = new Map<string, { tokens: number; at: number }>()

  constructor(limit: RateLimit) {
    this.#limit = limit
  }

  /** @returns milliseconds to wait before the next try; 0 means go on */
  take(address: string, nowMs: number): number {
    const key = sourceOf(address)
    const { burst, perSecond } = this.#limit
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: nowMs }
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, nowMs - bucket.at) * perSecond) / 1_000)
    bucket.at = nowMs
    this.#dropOldest()
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * 1_000) / perSecond)
    bucket.tokens -= 1
    return 0
  }

  #dropOldest(): void {
    if (this.#buckets.size <= MAX_ADDRESSES) return
    const [oldest] = this.#buckets.keys()
    if (oldest !== undefined) this.#buckets.delete(oldest)
  }
}
