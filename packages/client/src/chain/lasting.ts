import { Duplex } from 'node:stream'
import { encodeFrame, type Frame, FrameScanner, MAX_DATA_BYTES } from '@conet/core/carry'
import { ConetError } from '@conet/core/errors'

/** Most bytes under way: fills 200 ms at 40 MB/s, and a relay's death costs no more than sending these again. */
const WINDOW_BYTES = 8 * 1024 * 1024
/** The other side may send on long before its window is full. */
const ACK_EVERY_BYTES = 512 * 1024
/** What a leg holds itself before it goes out: the rest waits where it is kept anyway, not twice. */
const LEG_BYTES = 1024 * 1024
/** A leg whose other end does not even take the last word is torn down after this. */
const LAST_WORD_MS = 1_000

interface Unheard {
  readonly from: number
  readonly bytes: Uint8Array
}

/**
 * A reliable two-way stream whose transport may be replaced at any time. What the other side did not confirm is kept and
 * sent again over the next leg, so that neither end sees more of a dead relay than a pause.
 */
export class Lasting extends Duplex {
  #leg: Duplex | undefined
  /** Sent or waiting to be, not confirmed. */
  readonly #unheard: Unheard[] = []
  /** How many of these were given to the present leg. */
  #given = 0
  /** Everything before this offset is confirmed and no longer kept. */
  #confirmed = 0
  #written = 0
  /** The other side's reader has taken this many: the window starts there. */
  #peerConsumed = 0
  #resumeWrite: (() => void) | undefined
  #received = 0
  #consumed = 0
  #acknowledged = 0
  readonly #arrived: Uint8Array[] = []
  #readable = false
  /** Any frame, by the monotonic clock. */
  heardAt: number
  readonly #now: () => number
  #onFrame: (frame: Frame) => void = () => {}

  /** @param now - monotonic milliseconds */
  constructor(now: () => number) {
    super({ allowHalfOpen: false, readableHighWaterMark: 1024 * 1024, writableHighWaterMark: 1024 * 1024 })
    this.#now = now
    this.heardAt = now()
  }

  /** Contiguous bytes that arrived: the next leg goes on here. */
  get received(): number {
    return this.#received
  }

  /** Whether bytes wait for an answer from the other side. */
  get waiting(): boolean {
    return this.#unheard.length > 0
  }

  get leg(): Duplex | undefined {
    return this.#leg
  }

  /** Called with notes, pings and pongs. */
  onFrame(listener: (frame: Frame) => void): void {
    this.#onFrame = listener
  }

  /**
   * Goes on over another leg; the one before is dropped.
   *
   * @param leg - past its first line
   * @param peerReceived - what the other side says it has
   */
  attach(leg: Duplex, peerReceived: number): void {
    if (this.destroyed) return void leg.destroy()
    const before = this.#leg
    this.#leg = leg
    this.emit('leg')
    if (before !== undefined && before !== leg) before.destroy()
    const scanner = new FrameScanner()
    leg.on('data', (chunk: Uint8Array) => {
      if (this.#leg !== leg) return
      const frames = scanner.push(chunk)
      if (!frames.ok) {
        leg.destroy()
        return
      }
      this.heardAt = this.#now()
      for (const frame of frames.value) this.#take(frame)
    })
    leg.on('error', () => {})
    leg.on('drain', () => {
      if (this.#leg === leg) this.#give()
    })
    leg.resume()
    leg.on('close', () => {
      if (this.#leg !== leg) return
      this.#leg = undefined
      this.emit('legless')
    })
    this.heardAt = this.#now()
    this.#given = 0
    // A confirmation that got lost with the leg before would keep the other side waiting for good.
    this.#acknowledge()
    this.#heard(peerReceived, this.#peerConsumed)
    this.#give()
  }

  /** Whether the other side, at `received`, can be sent all that it lacks; not so if somebody confirmed in its name. */
  canGoOn(received: number): boolean {
    return received >= this.#confirmed && received <= this.#written
  }

  /** Sends a frame on the present leg; without one it is lost, like on any network. */
  send(frame: Frame): void {
    const leg = this.#leg
    if (leg !== undefined && !leg.destroyed) leg.write(encodeFrame(frame))
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    for (let at = 0; at < chunk.length; at += MAX_DATA_BYTES) {
      const bytes = chunk.subarray(at, at + MAX_DATA_BYTES)
      this.#unheard.push({ from: this.#written, bytes })
      this.#written += bytes.length
    }
    this.#give()
    if (this.#written - this.#peerConsumed < WINDOW_BYTES) done()
    else this.#resumeWrite = done
  }

  override _read(): void {
    this.#readable = true
    this.#deliver()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.send({ type: 'close', code: 'CHANNEL_CLOSED' })
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const leg = this.#leg
    this.#leg = undefined
    leg?.end(encodeFrame({ type: 'close', code: 'CHANNEL_CLOSED' }))
    if (leg !== undefined) setTimeout(() => leg.destroy(), LAST_WORD_MS).unref()
    this.#resumeWrite = undefined
    this.#unheard.length = 0
    this.#arrived.length = 0
    done(error)
  }

  /** Hands the leg what it has room for; the rest follows when it has drained. */
  #give(): void {
    const leg = this.#leg
    while (leg !== undefined && !leg.destroyed && leg.writableLength < LEG_BYTES) {
      const next = this.#unheard[this.#given]
      if (next === undefined) return
      this.#given++
      leg.write(encodeFrame({ type: 'data', ...next }))
    }
  }

  #take(frame: Frame): void {
    switch (frame.type) {
      case 'data':
        this.#takeData(frame.from, frame.bytes)
        break
      case 'ack':
        this.#heard(frame.received, frame.consumed)
        break
      case 'pong':
        this.#heard(frame.received, frame.consumed)
        break
      case 'ping':
        // Whoever asks without end and never reads gets no more than fits.
        if ((this.#leg?.writableLength ?? 0) < 2 * LEG_BYTES)
          this.send({ type: 'pong', id: frame.id, received: this.#received, consumed: this.#consumed })
        break
      case 'close':
        this.destroy(new ConetError('CHANNEL_CLOSED', `The other end closed the channel: ${frame.code}.`))
        return
      default:
        break
    }
    this.#onFrame(frame)
  }

  #takeData(from: number, bytes: Uint8Array): void {
    const known = this.#received - from
    // A gap cannot be healed on this leg: the next one starts where we are.
    if (known < 0 || this.#received - this.#consumed > 2 * WINDOW_BYTES) {
      this.#leg?.destroy()
      return
    }
    if (known >= bytes.length) return
    const fresh = known === 0 ? bytes : bytes.subarray(known)
    this.#received += fresh.length
    this.#arrived.push(fresh)
    this.#deliver()
  }

  #deliver(): void {
    while (this.#readable && this.#arrived.length > 0) {
      const next = this.#arrived.shift()
      if (next === undefined) return
      this.#consumed += next.length
      this.#readable = this.push(next)
    }
    if (this.#consumed - this.#acknowledged >= ACK_EVERY_BYTES) this.#acknowledge()
  }

  #acknowledge(): void {
    this.#acknowledged = this.#consumed
    this.send({ type: 'ack', received: this.#received, consumed: this.#consumed })
  }

  #heard(received: number, consumed: number): void {
    if (received > this.#written || consumed > received) {
      this.#leg?.destroy()
      return
    }
    for (let first = this.#unheard[0]; first !== undefined; first = this.#unheard[0]) {
      if (first.from + first.bytes.length > received) break
      this.#unheard.shift()
      this.#given = Math.max(0, this.#given - 1)
      this.#confirmed = first.from + first.bytes.length
    }
    this.#peerConsumed = Math.max(this.#peerConsumed, consumed)
    if (this.#written - this.#peerConsumed >= WINDOW_BYTES) return
    const resume = this.#resumeWrite
    this.#resumeWrite = undefined
    resume?.()
  }
}
