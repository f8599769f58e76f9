import { ok, type Result, reject } from '../errors/index.js'

/** Most payload of one data frame. */
export const MAX_DATA_BYTES = 65_536
const HEAD_BYTES = 5
const OFFSET_BYTES = 8
const MOST_BODY: Readonly<Record<number, number>> = {
  1: MAX_DATA_BYTES + OFFSET_BYTES,
  2: 2 * OFFSET_BYTES,
  3: 4,
  4: 4 + 2 * OFFSET_BYTES,
  5: 8 * 1024,
  6: 64,
}

/**
 * One frame of a leg. Only `note` is meant for relays: it is the text of a voucher. What `data` holds is sealed between
 * terminal and exit.
 */
export type Frame =
  /** `from`: offset of the first byte in the channel's stream. */
  | { readonly type: 'data'; readonly from: number; readonly bytes: Uint8Array }
  /** `received`: contiguous bytes that arrived; `consumed`: what the reader took, the other side's window counts from there. */
  | { readonly type: 'ack'; readonly received: number; readonly consumed: number }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'pong'; readonly id: number; readonly received: number; readonly consumed: number }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'close'; readonly code: string }

const TYPES = ['data', 'ack', 'ping', 'pong', 'note', 'close'] as const
const ascii = (text: string) => Uint8Array.from(text, char => char.charCodeAt(0) & 0x7f)

/** Writes a frame: type (1 byte), length of the body (4, big-endian), body. Offsets are 8 bytes, below 2^53. */
export function encodeFrame(frame: Frame): Uint8Array {
  const body = bodyOf(frame)
  const whole = new Uint8Array(HEAD_BYTES + body.length)
  whole[0] = TYPES.indexOf(frame.type) + 1
  new DataView(whole.buffer).setUint32(1, body.length)
  whole.set(body, HEAD_BYTES)
  return whole
}

function bodyOf(frame: Frame): Uint8Array {
  switch (frame.type) {
    case 'data': {
      const body = new Uint8Array(OFFSET_BYTES + frame.bytes.length)
      writeOffset(new DataView(body.buffer), 0, frame.from)
      body.set(frame.bytes, OFFSET_BYTES)
      return body
    }
    case 'ack':
      return offsets(0, frame.received, frame.consumed)
    case 'ping': {
      const body = new Uint8Array(4)
      new DataView(body.buffer).setUint32(0, frame.id)
      return body
    }
    case 'pong': {
      const body = offsets(4, frame.received, frame.consumed)
      new DataView(body.buffer).setUint32(0, frame.id)
      return body
    }
    case 'note':
      return ascii(frame.text)
    case 'close':
      return ascii(frame.code)
  }
}

function offsets(at: number, received: number, consumed: number): Uint8Array {
  const body = new Uint8Array(at + 2 * OFFSET_BYTES)
  const view = new DataView(body.buffer)
  writeOffset(view, at, received)
  writeOffset(view, at + OFFSET_BYTES, consumed)
  return body
}

function writeOffset(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / 2 ** 32))
  view.setUint32(at + 4, value >>> 0)
}

function readOffset(view: DataView, at: number): number {
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4)
}

/**
 * Cuts a stream of bytes into frames. A relay passes the bytes on as they came and asks only for `note`, so that it
 * keeps no copy of what it carries.
 */
export class FrameScanner {
  readonly #wanted: ReadonlySet<Frame['type']> | undefined
  #head = new Uint8Array(HEAD_BYTES)
  #headFilled = 0
  #type = 0
  #left = 0
  #body: Uint8Array | undefined
  #bodyFilled = 0

  /** @param wanted - types that are read; the bodies of others are skipped. Default: all */
  constructor(wanted?: readonly Frame['type'][]) {
    this.#wanted = wanted === undefined ? undefined : new Set(wanted)
  }

  /**
   * Takes the next bytes.
   *
   * @returns the wanted frames that are complete now, or `FRAME_MALFORMED`: then the leg is of no use any more
   */
  push(bytes: Uint8Array): Result<readonly Frame[], 'FRAME_MALFORMED'> {
    const frames: Frame[] = []
    let at = 0
    while (at < bytes.length) {
      if (this.#headFilled < HEAD_BYTES) {
        at = this.#takeHead(bytes, at)
        if (this.#headFilled < HEAD_BYTES) break
        if (!this.#begin()) return reject('FRAME_MALFORMED', { type: this.#type, length: this.#left })
      }
      at = this.#takeBody(bytes, at)
      if (this.#left > 0) break
      this.#headFilled = 0
      if (this.#body === undefined) continue
      const frame = readFrame(this.#type, this.#body)
      if (frame === undefined) return reject('FRAME_MALFORMED', { type: this.#type, length: this.#body.length })
      frames.push(frame)
    }
    return ok(frames)
  }

  #takeHead(bytes: Uint8Array, from: number): number {
    const taken = bytes.subarray(from, from + HEAD_BYTES - this.#headFilled)
    this.#head.set(taken, this.#headFilled)
    this.#headFilled += taken.length
    return from + taken.length
  }

  #begin(): boolean {
    this.#type = this.#head[0] ?? 0
    this.#left = new DataView(this.#head.buffer).getUint32(1)
    const most = MOST_BODY[this.#type]
    if (most === undefined || this.#left < 1 || this.#left > most) return false
    const name = TYPES[this.#type - 1]
    const wanted = this.#wanted === undefined || (name !== undefined && this.#wanted.has(name))
    this.#body = wanted ? new Uint8Array(this.#left) : undefined
    this.#bodyFilled = 0
    return true
  }

  #takeBody(bytes: Uint8Array, from: number): number {
    const size = Math.min(this.#left, bytes.length - from)
    this.#body?.set(bytes.subarray(from, from + size), this.#bodyFilled)
    this.#bodyFilled += size
    this.#left -= size
    return from + size
  }
}

function readFrame(type: number, body: Uint8Array): Frame | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  const name = TYPES[type - 1]
  if (name === 'data') {
    if (body.length <= OFFSET_BYTES) return undefined
    return { type: name, from: readOffset(view, 0), bytes: body.subarray(OFFSET_BYTES) }
  }
  if (name === 'note') return { type: name, text: textOf(body) }
  if (name === 'close') return { type: name, code: textOf(body) }
  if (body.length !== MOST_BODY[type]) return undefined
  if (name === 'ping') return { type: name, id: view.getUint32(0) }
  if (name === 'ack') return { type: name, received: readOffset(view, 0), consumed: readOffset(view, OFFSET_BYTES) }
  return {
    type: 'pong',
    id: view.getUint32(0),
    received: readOffset(view, 4),
    consumed: readOffset(view, 4 + OFFSET_BYTES),
  }
}

function textOf(body: Uint8Array): string {
  let text = ''
  for (const byte of body) text += String.fromCharCode(byte & 0x7f)
  return text
}
