import { expect, it } from 'vitest'
import { type Line, ShortQueue } from './short-queue.js'

const SECOND = 1_000
const KIB = 1_024

/** A path with a best round trip and a rate, filled by a sender that always has something to send, or as much as `wants` a millisecond. */
class Path implements Line {
  readonly destroyed = false
  readonly socket = { bytesRead: 0 }
  window = 64 * KIB
  nowMs = 0
  /** Bytes that wait before the narrowest place. */
  queue = 0
  longestQueueMs = 0
  /** What was let through and is not yet known to have been, by when it is known. */
  readonly #unknown: { readonly at: number; readonly bytes: number }[] = []
  #outstanding = 0
  readonly #pings: { readonly at: number; readonly answer: (error: null) => void }[] = []

  constructor(
    readonly bytesPerMs: number,
    readonly bestMs: number,
    readonly wants = Number.POSITIVE_INFINITY,
  ) {}

  setLocalWindowSize = (bytes: number) => {
    this.window = bytes
  }

  ping = ((answer: (error: null) => void) => {
    this.#pings.push({ at: this.nowMs + this.bestMs + this.queue / this.bytesPerMs, answer })
    return true
  }) as Line['ping']

  run(ms: number, look: () => void): void {
    for (let i = 0; i < ms; i++) {
      this.nowMs += 1
      const sent = Math.max(0, Math.min(this.window - this.#outstanding, this.wants))
      this.queue += sent
      this.#outstanding += sent
      const came = Math.min(this.queue, this.bytesPerMs)
      this.queue -= came
      this.socket.bytesRead += came
      this.#unknown.push({ at: this.nowMs + this.bestMs, bytes: came })
      while ((this.#unknown[0]?.at ?? Number.POSITIVE_INFINITY) <= this.nowMs)
        this.#outstanding -= this.#unknown.shift()?.bytes ?? 0
      this.longestQueueMs = Math.max(this.longestQueueMs, this.queue / this.bytesPerMs)
      while ((this.#pings[0]?.at ?? Number.POSITIVE_INFINITY) <= this.nowMs) this.#pings.shift()?.answer(null)
      if (this.nowMs % 100 === 0) look()
    }
  }
}

const MBIT = 125
const filled = (path: Path) => {
  const queue = new ShortQueue(path, () => path.nowMs)
  path.run(5 * SECOND, () => queue.look())
  return { queue, path }
}

it.each([
  [2, 20],
  [10, 20],
  [10, 300],
  [50, 60],
  [50, 600],
  [300, 60],
])('fills a line of %i Mbit/s with a round trip of %i ms and leaves others room to pass', (mbits, bestMs) => {
  const { queue, path } = filled(new Path(mbits * MBIT, bestMs))
  path.longestQueueMs = 0
  const before = path.socket.bytesRead
  path.run(10 * SECOND, () => queue.look())
  expect(path.longestQueueMs).toBeLessThan(600)
  expect((path.socket.bytesRead - before) / (10 * SECOND * path.bytesPerMs)).toBeGreaterThan(0.7)
})

it('keeps the queue of a line that becomes slow short again', () => {
  const { queue, path } = filled(new Path(100 * MBIT, 30))
  Object.assign(path, { bytesPerMs: 10 * MBIT })
  path.run(4 * SECOND, () => queue.look())
  path.longestQueueMs = 0
  path.run(4 * SECOND, () => queue.look())
  expect(path.longestQueueMs).toBeLessThan(600)
})

it('lets no small traffic, nor a pause, make room for a long queue', () => {
  const path = new Path(10 * MBIT, 20, MBIT / 2)
  const queue = new ShortQueue(path, () => path.nowMs)
  path.run(20 * SECOND, () => queue.look())
  Object.assign(path, { wants: 0 })
  path.run(2 * SECOND, () => queue.look())
  expect(path.window).toBeLessThanOrEqual(256 * KIB)
  Object.assign(path, { wants: Number.POSITIVE_INFINITY })
  path.run(5 * SECOND, () => queue.look())
  expect(path.longestQueueMs).toBeLessThan(1_000)
})

it('finds the room of a longer path once it is told that the old one is gone', () => {
  const { queue, path } = filled(new Path(50 * MBIT, 20))
  Object.assign(path, { bestMs: 400 })
  queue.forget()
  path.run(8 * SECOND, () => queue.look())
  const before = path.socket.bytesRead
  path.run(5 * SECOND, () => queue.look())
  expect((path.socket.bytesRead - before) / (5 * SECOND * path.bytesPerMs)).toBeGreaterThan(0.7)
})
