import type { Millis } from '@conet/core/units'
import type { ChainLimits } from './chain.js'
import type { Lasting } from './lasting.js'

export interface ProbeOptions {
  readonly limits: ChainLimits
  readonly now: () => Millis
  /** Whether flows are open: then a dead path must be noticed soon. */
  readonly busy: () => boolean
  readonly onDead: () => void
}

/** Asks the other end for a sign of life, and says when it stays away too long for the path's own delay. */
export class Probe {
  readonly #lasting: Lasting
  readonly #options: ProbeOptions
  #timer: NodeJS.Timeout | undefined
  #id = 0
  #unanswered = 0
  #sentAt = 0
  /** Smoothed, as TCP does (RFC 6298: one eighth of the new value). */
  #rttMs: Millis

  constructor(lasting: Lasting, options: ProbeOptions) {
    this.#lasting = lasting
    this.#options = options
    this.#rttMs = options.limits.probeMs
    lasting.onFrame(frame => {
      if (frame.type !== 'pong') return
      if (frame.id === this.#id) this.#rttMs += (options.now() - this.#sentAt - this.#rttMs) / 8
      this.#unanswered = 0
    })
  }

  start(): void {
    this.#schedule()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #schedule(): void {
    // Always the short time: a flow that begins just after an idle probe must not wait for the next one.
    this.#timer = setTimeout(() => this.#tick(), this.#options.limits.probeMs)
    this.#timer.unref()
  }

  #tick(): void {
    const { limits, now, onDead } = this.#options
    const silentMs = now() - this.#lasting.heardAt
    const patienceMs = Math.max(limits.misses * limits.probeMs, 3 * this.#rttMs)
    if (this.#lasting.leg !== undefined && this.#unanswered >= limits.misses && silentMs >= patienceMs) {
      this.#unanswered = 0
      onDead()
    } else if (this.#lasting.leg !== undefined && this.#isTime()) {
      this.#unanswered++
      this.#sentAt = now()
      this.#id = (this.#id + 1) % 2 ** 32
      this.#lasting.send({ type: 'ping', id: this.#id })
    }
    this.#schedule()
  }

  /** Rarely while nothing is under way. */
  #isTime(): boolean {
    const { limits, now, busy } = this.#options
    if (busy() || this.#lasting.waiting || this.#unanswered > 0) return true
    return now() - this.#sentAt >= limits.idleProbeMs
  }
}
