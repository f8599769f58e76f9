import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import type { ChunkReader } from './reader.js'
import type { Waiter, Way } from './session.js'

/** What a pump needs of the flow it belongs to. */
export interface Passage {
  /** Asks for a chunk to pass; `false` = hold it until `release`. */
  take(size: number, way: Way, waiter: Waiter): boolean
  /** One direction has ended in order. */
  drained(): void
}

const NOTHING = new Uint8Array(0)

/**
 * Carries one direction of a flow: at most one chunk is under way, so a receiver that stops reading stops the sender.
 */
export class Pump implements Waiter {
  private pending: Uint8Array | undefined
  private stalled = false
  private ended = false
  private dropping = false

  /** @param reader - attached to `from`: chunks come from it, and its buffer may be reused once `to` has nothing queued */
  constructor(
    private readonly from: Readable,
    private readonly to: Writable,
    private readonly way: Way,
    private readonly passage: Passage,
    private readonly reader?: ChunkReader,
  ) {}

  /** @param early - what was read off `from` before: goes first */
  start(early?: Uint8Array): void {
    const { from, to, reader } = this
    from.once('end', () => this.finish())
    to.on('drain', this.unstall)
    const free = early === undefined || early.length === 0 || this.push(early)
    // The sender's FIN may have come while the target was dialled.
    if (from.readableEnded) this.finish()
    else if (reader === undefined) this.flow(free)
    else if (reader.bind(chunk => this.push(chunk))) from.resume()
  }

  /** Nobody takes any more: the rest is read, so that the sender can go on, and dropped uncounted. */
  drop(): void {
    this.dropping = true
    this.pending = undefined
    this.from.resume()
  }

  private flow(free: boolean): void {
    const { from } = this
    from.on('data', (chunk: Uint8Array) => {
      if (!this.push(chunk)) from.pause()
    })
    if (free) from.resume()
    else from.pause()
  }

  /** The quota was raised: what was held back goes first. */
  release(): void {
    const chunk = this.pending
    this.pending = undefined
    if (chunk !== undefined && !this.push(chunk)) return
    if (this.ended) this.finish()
    else this.from.resume()
  }

  /** @returns whether the source may go on */
  private push(chunk: Uint8Array): boolean {
    if (this.dropping) return true
    if (this.pending !== undefined) {
      this.pending = Buffer.concat([this.pending, chunk])
      return false
    }
    if (!this.passage.take(chunk.length, this.way, this)) {
      this.pending = chunk
      return false
    }
    return this.forward(chunk)
  }

  private forward(chunk: Uint8Array): boolean {
    const { to } = this
    // Nothing queued means that the kernel took the chunk at once: a buffer is free again, and pausing would only cost time.
    if (this.reader === undefined) this.stalled = !to.write(chunk) && to.writableLength > 0
    else {
      to.write(chunk, this.unstall)
      this.stalled = to.writableLength > 0
    }
    return !this.stalled
  }

  private readonly unstall = (): void => {
    if (!this.stalled || (this.reader !== undefined && this.to.writableLength > 0)) return
    this.stalled = false
    if (this.pending === undefined) this.from.resume()
  }

  private finish(): void {
    this.ended = true
    if (this.pending !== undefined || this.dropping) return
    this.passage.drained()
    // The FIN goes only after the last byte left, because a socket that waits to end can no longer be reset (`reset`).
    if (this.to instanceof Socket) this.to.write(NOTHING, () => this.to.end())
    else this.to.end()
  }
}
