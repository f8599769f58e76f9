import type { Count } from '@conet/core/rounds'
import type { Bytes, UnixMillis } from '@conet/core/units'

/** The gateway of one session, with its own expiry and quota: nothing passes after the one or above the other. */
export class Meter {
  closed = false
  count: Count = { bytesUp: 0n, bytesDown: 0n }
  #extendedAt = 0n
  #halfSaid = false

  /** @param said - told once per extension at half of the free quota, and when it is used up */
  constructor(
    private until: UnixMillis,
    private quota: Bytes,
    private readonly said: (event: 'half' | 'quota') => void,
  ) {}

  get total(): Bytes {
    return this.count.bytesUp + this.count.bytesDown
  }

  extend(until: UnixMillis, quota: Bytes): void {
    this.until = until
    this.quota = quota
    this.#extendedAt = this.total
    this.#halfSaid = false
  }

  /** @returns what passed of what was wanted */
  pass(up: Bytes, down: Bytes, now: UnixMillis): Bytes {
    if (this.closed || now >= this.until) return 0n
    const free = this.quota - this.total
    const bytesUp = up < free ? up : free
    const bytesDown = down < free - bytesUp ? down : free - bytesUp
    this.count = { bytesUp: this.count.bytesUp + bytesUp, bytesDown: this.count.bytesDown + bytesDown }
    if (!this.#halfSaid && (this.total - this.#extendedAt) * 2n > this.quota - this.#extendedAt) {
      this.#halfSaid = true
      this.said('half')
    }
    if (up + down > 0n && this.total === this.quota) this.said('quota')
    return bytesUp + bytesDown
  }
}
