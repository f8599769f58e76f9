import type { OnReadOpts } from 'node:net'

/** A flow starts small, because most flows are. */
const SMALL = 16 * 1024
/** What the kernel's default receive buffer fills under load. */
const MEDIUM = 64 * 1024
/** Largest read. Twice the throughput of 64 KiB reads (measured, ADR 4); also the most that may pass above a quota. */
export const LARGEST_CHUNK = 256 * 1024

/** A bounded stock of large read buffers: 64 × 256 KiB = 16 MiB, however many flows there are. */
export class BufferPool {
  private readonly free: Uint8Array[] = []
  private made = 0

  constructor(private readonly most = 64) {}

  take(): Uint8Array | undefined {
    const buffer = this.free.pop()
    if (buffer !== undefined) return buffer
    if (this.made >= this.most) return undefined
    this.made += 1
    return new Uint8Array(LARGEST_CHUNK)
  }

  give(buffer: Uint8Array): void {
    this.free.push(buffer)
  }
}

/**
 * Reads a socket into one buffer that is used again and again, instead of one fresh buffer per read.
 *
 * Given to a `Dial`, which may attach it to the socket it makes by `onread`. Whoever takes the chunks must be done with
 * a chunk before it lets the next one come: returning `false` stops the reading.
 */
export class ChunkReader {
  /** Set once a dial has attached it: then the socket emits no `data`. */
  attached = false
  private sink: ((chunk: Uint8Array) => boolean) | undefined
  private early: Uint8Array | undefined
  private buffer: Uint8Array = new Uint8Array(SMALL)
  private filled = false
  private pooled: Uint8Array | undefined

  constructor(private readonly pool: BufferPool) {}

  /** What `net.connect` takes as `onread`. */
  options(): OnReadOpts {
    this.attached = true
    return { buffer: () => this.next(), callback: (size, buffer) => this.receive(size, buffer) }
  }

  /** Names the taker of chunks, and hands it what came before it was there. @returns whether reading may go on */
  bind(sink: (chunk: Uint8Array) => boolean): boolean {
    this.sink = sink
    const early = this.early
    this.early = undefined
    return early === undefined || sink(early)
  }

  /** Gives the large buffer back; only when both sockets are closed, since the kernel may still be reading from it. */
  release(): void {
    if (this.pooled !== undefined) this.pool.give(this.pooled)
    this.pooled = undefined
  }

  private receive(size: number, buffer: Uint8Array): boolean {
    this.filled = size === buffer.length
    const chunk = buffer.subarray(0, size)
    if (this.sink !== undefined) return this.sink(chunk)
    this.early = chunk
    return false
  }

  private next(): Uint8Array {
    if (!this.filled || this.pooled !== undefined) return this.buffer
    this.filled = false
    if (this.buffer.length === SMALL) this.buffer = new Uint8Array(MEDIUM)
    else this.grow()
    return this.buffer
  }

  private grow(): void {
    this.pooled = this.pool.take()
    if (this.pooled !== undefined) this.buffer = this.pooled
  }
}
