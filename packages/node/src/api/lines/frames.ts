import { isUtf8 } from 'node:buffer'

/** The largest message of a client is a voucher: at most 8 KiB (WIRE-4), doubled. */
export const MAX_FRAME_BYTES = 16_384

/** Opcodes of RFC 6455 section 5.2. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** Close codes of RFC 6455 section 7.4.1 that we give ourselves. */
export const CLOSE = {
  normal: 1000,
  protocol: 1002,
  unsupported: 1003,
  text: 1007,
  policy: 1008,
  tooBig: 1009,
} as const

/** One frame of a client, unmasked. */
export interface Frame {
  readonly fin: boolean
  readonly opcode: number
  readonly payload: Buffer
  /** Where the next frame begins. */
  readonly end: number
}

/** Why a line must be closed: a close code. */
export interface Fault {
  readonly fault: number
}

/**
 * Reads the frame at `at`. The payload is unmasked where it lies.
 *
 * @returns `undefined` if the frame is not complete yet; a fault for what no client may send (RFC 6455 sections 5.1, 5.2, 5.5)
 */
export function readFrame(buffer: Buffer, at: number): Frame | Fault | undefined {
  if (buffer.length - at < 2) return undefined
  const first = buffer[at] ?? 0
  const second = buffer[at + 1] ?? 0
  const [opcode, fin] = [first & 0x0f, first >= 0x80]
  if ((first & 0x70) !== 0 || second < 0x80 || !isOpcode(opcode)) return { fault: CLOSE.protocol }
  let length = second & 0x7f
  if (opcode >= OPCODE.close && (!fin || length > 125)) return { fault: CLOSE.protocol }
  if (length === 127) return { fault: CLOSE.tooBig }
  let mask = at + 2
  if (length === 126) {
    if (buffer.length - at < 4) return undefined
    length = buffer.readUInt16BE(at + 2)
    mask += 2
  }
  if (length > MAX_FRAME_BYTES) return { fault: CLOSE.tooBig }
  const start = mask + 4
  const end = start + length
  if (buffer.length < end) return undefined
  unmask(buffer, mask, start, end)
  return { fin, opcode, payload: buffer.subarray(start, end), end }
}

function isOpcode(opcode: number): boolean {
  return opcode <= OPCODE.binary || (opcode >= OPCODE.close && opcode <= OPCODE.pong)
}

/** RFC 6455 section 5.3. */
function unmask(buffer: Buffer, mask: number, start: number, end: number): void {
  for (let at = start, turn = 0; at < end; at++, turn = (turn + 1) & 3) {
    buffer[at] = (buffer[at] ?? 0) ^ (buffer[mask + turn] ?? 0)
  }
}

/** Text of a text message; `undefined` if it is no UTF-8. Envelopes are ASCII, which is read without decoding. */
export function textOf(payload: Buffer): string | undefined {
  if (!isUtf8(payload)) return undefined
  return payload.toString('utf8')
}

/**
 * A text frame as a string of bytes (latin1): one string is one write of the system, and needs no buffer of its own.
 *
 * @param text - below 64 KiB
 */
export function textFrame(text: string): string {
  const bytes = Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1')
  return head(OPCODE.text, bytes.length) + bytes
}

/** A close frame; `reason` is ASCII, at most 123 characters. */
export function closeFrame(code: number, reason: string): string {
  return head(OPCODE.close, reason.length + 2) + String.fromCharCode(code >> 8, code & 0xff) + reason
}

/** A ping, or the pong that answers one. */
export function controlFrame(opcode: typeof OPCODE.ping | typeof OPCODE.pong, payload = ''): string {
  return head(opcode, payload.length) + payload
}

function head(opcode: number, length: number): string {
  if (length < 126) return String.fromCharCode(0x80 | opcode, length)
  return String.fromCharCode(0x80 | opcode, 126, length >> 8, length & 0xff)
}
