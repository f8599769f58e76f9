import type { Http2Session } from 'node:http2'
import type { Millis } from '@conet/core/units'

const KIB = 1_024
/** Bytes that the other side may have under way to us: at first, at least, and at most (200 ms at 80 MB/s). */
const WINDOW = { first: 256 * KIB, least: 64 * KIB, most: 16 * KIB * KIB }
const LOOK_MS: Millis = 100
/** Longest queue: a statement that waits behind a download has a second to arrive (RND-3). */
const QUEUE_MS: Millis = 200
const GROWTH = 1.6
/** A window of which no quarter was used so many times is too large for the next burst. */
const UNUSED_LOOKS = 10

/** What of an HTTP/2 connection is looked at and set. */
export type Line = Pick<Http2Session, 'ping' | 'setLocalWindowSize' | 'destroyed'> & {
  readonly socket: { readonly bytesRead: number }
}

/**
 * Keeps the queue towards us short, by the connection's window: a ping waits behind whatever is under way, so what it takes beyond
 * the quickest is the queue. Every buffer on the way is behind the window, whoever owns it; the window grows while it is used
 * and nothing queues.
 */
export class ShortQueue {
  readonly #line: Line
  readonly #now: () => Millis
  #window = WINDOW.first
  #quickestMs = Number.POSITIVE_INFINITY
  #seenBytes = 0
  /** Since the window was changed. */
  #unused = 0
  /** When the ping under way left. */
  #askedAt: Millis | undefined
  /** Nothing is to be learned from it any more. */
  #isSpent = false
  /** A change is not felt before; whoever changes again until then does it twice. */
  #feltAt: Millis = 0

  /** @param now - monotonic milliseconds */
  constructor(line: Line, now: () => Millis) {
    this.#line = line
    this.#now = now
    line.setLocalWindowSize(this.#window)
    // While nothing queues yet.
    this.#ask(0)
  }

  /** Looks ten times a second until the connection is closed. @returns stops it */
  watch(): () => void {
    const timer = setInterval(() => this.look(), LOOK_MS).unref()
    return () => clearInterval(timer)
  }

  /** Another path may be slower at its best. */
  forget(): void {
    this.#quickestMs = Number.POSITIVE_INFINITY
    this.#isSpent = true
  }

  /** To be called every 100 ms; a connection over which nothing comes is left alone. */
  look(): void {
    if (this.#line.destroyed) return
    if (this.#askedAt !== undefined) return void this.#stillOut(this.#askedAt)
    const { bytesRead } = this.#line.socket
    const came = bytesRead - this.#seenBytes
    this.#seenBytes = bytesRead
    // The ping's own answer is no traffic.
    if (came > KIB) this.#ask(bytesRead)
    else this.#leaveUnused()
  }

  #ask(bytesRead: number): void {
    const askedAt = this.#now()
    this.#askedAt = askedAt
    this.#isSpent = false
    this.#line.ping((error: Error | null) => {
      this.#askedAt = undefined
      if (error === null && !this.#line.destroyed && !this.#isSpent)
        this.#judge(askedAt, this.#now() - askedAt, this.#line.socket.bytesRead - bytesRead)
    })
  }

  #judge(askedAt: Millis, tookMs: Millis, came: number): void {
    this.#quickestMs = Math.min(this.#quickestMs, tookMs)
    if (askedAt < this.#feltAt) return
    const queueMs = tookMs - this.#quickestMs
    if (queueMs > QUEUE_MS) this.#shrink((this.#quickestMs + QUEUE_MS / 2) / tookMs)
    else if (came <= this.#window / 4) this.#leaveUnused()
    else if (queueMs < QUEUE_MS / 2) this.#grow()
  }

  /** One that is late says so before it comes. */
  #stillOut(askedAt: Millis): void {
    if (this.#isSpent || this.#now() - askedAt < this.#quickestMs + 2 * QUEUE_MS) return
    this.#isSpent = true
    this.#shrink(1 / 2)
  }

  #leaveUnused(): void {
    this.#unused++
    if (this.#unused >= UNUSED_LOOKS) this.#shrink(1 / 2, WINDOW.first)
  }

  #grow(): void {
    this.#unused = 0
    this.#set(Math.min(WINDOW.most, Math.floor(this.#window * GROWTH)))
  }

  #shrink(by: number, least = WINDOW.least): void {
    this.#unused = 0
    this.#set(Math.max(Math.min(least, this.#window), Math.floor(this.#window * by)))
  }

  #set(window: number): void {
    if (window === this.#window) return
    this.#window = window
    this.#feltAt = this.#now() + Math.min(this.#quickestMs, 1_000) + QUEUE_MS / 2
    this.#line.setLocalWindowSize(window)
  }
}
