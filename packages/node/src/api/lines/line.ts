import type { Socket } from 'node:net'
import type { RoundsChannel, RoundsListener } from '../../provider/contract.js'
import { CLOSE, closeFrame, controlFrame, type Frame, OPCODE, readFrame, textFrame, textOf } from './frames.js'

/** Unsent bytes after which a client that does not read is let go; it may come back any time. */
const SLOW_BYTES = 262_144
/** A line whose other end vanished is noticed within three of these. */
const SWEEP_MS = 20_000
/** Pieces of one fragmented message, the most that are kept. */
const MAX_MESSAGE_BYTES = 16_384
const MAX_PIECES = 64

const LINE = Symbol('line')
type LineSocket = Socket & { [LINE]?: Line | undefined }

/**
 * One WebSocket line. Ten thousand of them live at once: no timer, no emitter, no listener of its own; the socket's listeners
 * are the same four functions for all.
 */
export class Line implements RoundsChannel {
  readonly together: boolean
  /** Sweeps since something came in. */
  #silent = 0
  #open = true
  #listener: RoundsListener | undefined
  /** Beginning of a frame whose end is under way. */
  #rest: Buffer | undefined
  /** Pieces of a fragmented message. */
  #pieces: Buffer[] | undefined
  readonly #socket: LineSocket
  readonly #lines: OpenLines

  constructor(socket: Socket, lines: OpenLines, together: boolean) {
    this.together = together
    this.#socket = socket
    this.#lines = lines
    this.#socket[LINE] = this
    socket.setTimeout(0)
    socket.setNoDelay(true)
    socket.on('data', onData)
    socket.on('end', onEnd)
    socket.on('close', onClose)
    socket.on('error', onError)
  }

  send(text: string, also?: string): void {
    if (this.#open) this.#write(also === undefined ? textFrame(text) : textFrame(text) + textFrame(also))
  }

  close(code: number, reason: string): void {
    if (!this.#open) return
    this.#open = false
    this.#socket.end(closeFrame(code, reason), 'latin1')
  }

  listen(listener: RoundsListener): void {
    this.#listener = listener
  }

  /** Bytes from the client; also those that came with the handshake. */
  take(chunk: Buffer): void {
    const buffer = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = undefined
    this.#silent = 0
    let at = 0
    while (this.#open && at < buffer.length) {
      const frame = readFrame(buffer, at)
      if (frame === undefined) {
        // A copy: the chunk lies in a buffer of the system's size.
        this.#rest = Buffer.from(buffer.subarray(at))
        return
      }
      if ('fault' in frame) {
        this.close(frame.fault, '')
        return
      }
      at = frame.end
      this.#frame(frame)
    }
  }

  /** Asks a silent client whether it is still there; gives it up if it does not answer. Who pays is heard anyway. */
  sweep(): void {
    if (this.#silent >= 2) this.#socket.destroy()
    else if (this.#silent === 1 && this.#open) this.#write(controlFrame(OPCODE.ping))
    this.#silent++
  }

  gone(): void {
    this.#open = false
    this.#lines.forget(this)
    this.#listener?.gone()
    this.#listener = undefined
  }

  #write(frames: string): void {
    if (this.#socket.writableLength > SLOW_BYTES) this.#socket.destroy()
    else this.#socket.write(frames, 'latin1')
  }

  #frame({ opcode, fin, payload }: Frame): void {
    if (opcode === OPCODE.text && fin && this.#pieces === undefined) this.#text(payload)
    else if (opcode === OPCODE.ping) this.#write(controlFrame(OPCODE.pong, payload.toString('latin1')))
    else if (opcode === OPCODE.close) this.close(CLOSE.normal, '')
    else if (opcode === OPCODE.binary) this.close(CLOSE.unsupported, 'text frames only')
    else if (opcode !== OPCODE.pong) this.#piece(opcode, fin, payload)
  }

  #piece(opcode: number, fin: boolean, payload: Buffer): void {
    const begun = this.#pieces !== undefined
    if (begun !== (opcode === OPCODE.continuation)) {
      this.close(CLOSE.protocol, '')
      return
    }
    const pieces = [...(this.#pieces ?? []), Buffer.from(payload)]
    const whole = Buffer.concat(pieces)
    // Empty pieces without end would otherwise cost nothing to send.
    if (whole.length > MAX_MESSAGE_BYTES || pieces.length > MAX_PIECES) {
      this.close(CLOSE.tooBig, '')
      return
    }
    this.#pieces = fin ? undefined : pieces
    if (fin) this.#text(whole)
  }

  #text(payload: Buffer): void {
    const text = textOf(payload)
    if (text === undefined) this.close(CLOSE.text, '')
    else this.#listener?.heard(text)
  }
}

/** All lines of a node: one timer looks after those whose other end vanished. */
export class OpenLines {
  readonly #all = new Set<Line>()
  #timer: NodeJS.Timeout | undefined

  get size(): number {
    return this.#all.size
  }

  /** Takes a socket over after its handshake. @param together - see `RoundsChannel` */
  open(socket: Socket, together: boolean): Line {
    const line = new Line(socket, this, together)
    this.#all.add(line)
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_MS).unref()
    return line
  }

  forget(line: Line): void {
    this.#all.delete(line)
    if (this.#all.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  closeAll(code: number, reason: string): void {
    for (const line of this.#all) line.close(code, reason)
  }

  #sweep(): void {
    for (const line of this.#all) line.sweep()
  }
}

function onData(this: LineSocket, chunk: Buffer): void {
  this[LINE]?.take(chunk)
}

function onEnd(this: LineSocket): void {
  this.end()
}

function onError(this: LineSocket): void {
  this.destroy()
}

function onClose(this: LineSocket): void {
  const line = this[LINE]
  this[LINE] = undefined
  line?.gone()
}
