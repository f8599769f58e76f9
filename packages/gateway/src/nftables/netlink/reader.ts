import { HEADER } from './writer.js'

/** One message as it came in; `body` starts behind the header. */
export interface Message {
  readonly type: number
  readonly flags: number
  readonly seq: number
  readonly body: Buffer
}

/** Splits what one receive brought; a truncated rest is left out. */
export function* messagesOf(data: Buffer): Generator<Message> {
  let at = 0
  while (at + HEADER <= data.length) {
    const length = data.readUInt32LE(at)
    if (length < HEADER || at + length > data.length) return
    yield {
      type: data.readUInt16LE(at + 4),
      flags: data.readUInt16LE(at + 6),
      seq: data.readUInt32LE(at + 8),
      body: data.subarray(at + HEADER, at + length),
    }
    at += (length + 3) & ~3
  }
}

/**
 * Tells where each attribute's value lies, without making anything: for answers with thousands of elements.
 *
 * @param visit - type, first byte of the value, first byte behind it
 */
export function scanAttributes(
  data: Buffer,
  from: number,
  end: number,
  visit: (type: number, from: number, end: number) => void,
): void {
  let at = from
  while (at + 4 <= end) {
    const length = data.readUInt16LE(at)
    if (length < 4 || at + length > end) return
    visit(data.readUInt16LE(at + 2) & 0x3fff, at + 4, at + length)
    at += (length + 3) & ~3
  }
}

/** Attributes by type, behind `skip` bytes of a fixed header; the last of a type wins. */
export function attributesOf(data: Buffer, skip = 0): Map<number, Buffer> {
  const found = new Map<number, Buffer>()
  scanAttributes(data, skip, data.length, (type, from, end) => found.set(type, data.subarray(from, end)))
  return found
}
