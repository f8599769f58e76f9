import type { Count } from '../types.js'

/** A gateway that keeps its contract exactly: nothing passes after `until` or above `quota`. */
export class VirtualGateway {
  until: number
  quota: bigint
  closed = false
  count: Count = { bytesUp: 0n, bytesDown: 0n }
  /** When the last byte passed. */
  lastByteAt = 0
  #extendedAt = 0n
  #halfSaid = false
  readonly #said: (event: 'half' | 'quota') => void

  constructor(until: number, quota: bigint, said: (event: 'half' | 'quota') => void) {
    this.until = until
    this.quota = quota
    this.#said = said
  }

  get total(): bigint {
    return this.count.bytesUp + this.count.bytesDown
  }

  extend(until: number, quota: bigint): void {
    this.until = until
    this.quota = quota
    this.#extendedAt = this.total
    this.#halfSaid = false
  }

  /** @returns how many of the wanted bytes passed */
  pass(up: bigint, down: bigint, now: number): Count {
    if (this.closed || now >= this.until) return { bytesUp: 0n, bytesDown: 0n }
    const free = this.quota - this.total
    const bytesUp = up < free ? up : free
    const left = free - bytesUp
    const bytesDown = down < left ? down : left
    this.count = { bytesUp: this.count.bytesUp + bytesUp, bytesDown: this.count.bytesDown + bytesDown }
    if (bytesUp + bytesDown > 0n) this.lastByteAt = now
    const half = (this.total - this.#extendedAt) * 2n > this.quota - this.#extendedAt
    if (half && !this.#halfSaid) {
      this.#halfSaid = true
      this.#said('half')
    }
    if (up + down > 0n && this.total === this.quota) this.#said('quota')
    return { bytesUp, bytesDown }
  }
}
