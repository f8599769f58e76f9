import { Socket } from 'node:net'
import type { Duplex, Readable, Writable } from 'node:stream'
import { InvariantError } from '@conet/core/errors'
import type { UnixMillis } from '@conet/core/units'
import type { Clock } from '../clock.js'
import { type Passage, Pump } from './pump.js'
import type { ChunkReader } from './reader.js'
import type { Session, SessionFlow, Waiter, Way } from './session.js'

/** Ends a stream at once; a TCP socket by RST, so that the kernel throws away what it still holds. */
export function reset(stream: Duplex): void {
  if (stream.destroyed) return
  // While a FIN waits to go out, libuv refuses to reset, and Node would then leave the descriptor open for ever.
  const ending = stream.writableEnded && !stream.writableFinished
  if (stream instanceof Socket && !stream.connecting && !ending) stream.resetAndDestroy()
  else stream.destroy()
}

/** A side that had sent and received everything; the other side may still be writing out its last bytes. */
const closedInOrder = (stream: Duplex) => stream.readableEnded && stream.writableFinished

/**
 * One connection that a client opened through the gateway, from the moment it was asked for.
 */
export class Flow implements SessionFlow, Passage {
  lastMove: UnixMillis
  /** One direction of a tunnel has ended, the other still flows. */
  halfOpen = false
  /** What to do, in place of a cut, about a flow that has been idle for too long. */
  onIdle: (() => void) | undefined
  private tunnelled = false
  private readonly abort = new AbortController()
  private readonly waiters = new Set<Waiter>()
  private link: Duplex | undefined
  private over = false

  constructor(
    readonly session: Session,
    private readonly client: Duplex,
    private readonly clock: Clock,
    private readonly onEnd: (flow: Flow) => void,
  ) {
    this.lastMove = clock.now()
    session.join(this)
    client.once('close', this.clientGone)
  }

  get ended(): boolean {
    return this.over
  }

  get signal(): AbortSignal {
    return this.abort.signal
  }

  /** The dialled stream. */
  get uplink(): Duplex {
    if (this.link === undefined) throw new InvariantError('GATEWAY-FLOW', 'a flow carries bytes before it was dialled')
    return this.link
  }

  /** Lets bytes pass that no pump carries, the heads of plain HTTP, as soon as the quota does; never if the flow ends first. */
  whenLet(size: number, way: Way, go: () => void): void {
    if (this.take(size, way, { release: () => this.whenLet(size, way, go) })) go()
  }

  /** Gives up dialling. */
  giveUp(reason: Error): void {
    this.abort.abort(reason)
  }

  /** Takes over the dialled stream. @returns `false` if the flow ended meanwhile: the stream is destroyed */
  attach(uplink: Duplex): boolean {
    uplink.on('error', () => this.cut())
    if (this.over) uplink.destroy()
    else this.link = uplink
    return !this.over
  }

  /**
   * Carries bytes both ways between the client's socket and the uplink, until both have closed.
   *
   * @param early - what the client sent before it had the answer
   */
  tunnel(reader: ChunkReader, early: Uint8Array): void {
    const { client, uplink } = this
    this.tunnelled = true
    client.removeListener('close', this.clientGone)
    client.on('error', () => this.cut())
    let open = 2
    for (const side of [client, uplink]) {
      side.once('close', () => {
        open -= 1
        if (open === 0) reader.release()
        if (open === 0 || !closedInOrder(side)) this.cut()
      })
    }
    new Pump(client, uplink, 'up', this).start(early)
    new Pump(uplink, client, 'down', this, reader.attached ? reader : undefined).start()
  }

  /** Carries one direction. */
  pump(from: Readable, to: Writable, way: Way): Pump {
    const pump = new Pump(from, to, way, this)
    pump.start()
    return pump
  }

  take(size: number, way: Way, waiter: Waiter): boolean {
    if (this.over) return false
    this.lastMove = this.clock.now()
    if (this.session.take(size, way, waiter)) return true
    this.waiters.add(waiter)
    return false
  }

  drained(): void {
    // The end of a plain request is no half-close: its answer may take its time.
    this.halfOpen = this.tunnelled
  }

  /** No byte has moved for too long. */
  idle(): void {
    if (this.onIdle === undefined) this.cut()
    else this.onIdle()
  }

  cut(): void {
    if (this.over) return
    this.end()
    reset(this.client)
  }

  /** Ends the flow in order and leaves the client's socket alone, for its next request. */
  end(): void {
    if (this.over) return
    this.over = true
    this.client.removeListener('close', this.clientGone)
    for (const waiter of this.waiters) this.session.forget(waiter)
    this.session.leave(this)
    this.abort.abort()
    if (this.link !== undefined) reset(this.link)
    this.onEnd(this)
  }

  private readonly clientGone = (): void => this.end()
}
