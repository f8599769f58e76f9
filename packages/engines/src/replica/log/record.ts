import * as crypto from 'node:crypto'

/**
 * A record: magic (4) · payload length u32 BE (4) · height u64 BE (8) · checksum (8) · payload.
 * The checksum is the first 8 bytes of SHA-256 over the first 16 header bytes and the payload.
 */
export const HEADER_BYTES = 24
const CHECKED_HEADER_BYTES = 16
/** 0xff never occurs in UTF-8, so a payload cannot hold what looks like the start of a record. */
const MAGIC = Buffer.from([0xff, 0x43, 0x4e, 0x01])
/** A length above this is damage, not a block (blocks are limited to a few MB). */
export const MAX_PAYLOAD_BYTES = 256 * 1024 * 1024

/** Where a good record lies in its file. */
export interface RecordPlace {
  readonly height: number
  readonly offset: number
  readonly payloadBytes: number
}

/** What a scan found: good records, where they end, and what follows. */
export interface Scan {
  readonly records: readonly RecordPlace[]
  /** Offset after the last good record. */
  readonly end: number
  /** `clean` nothing follows; `torn` an unfinished last record; `corrupt` records that were finished are damaged. */
  readonly tail: 'clean' | 'torn' | 'corrupt'
}

function checksum(header: Uint8Array, payload: Uint8Array): Buffer {
  return crypto.createHash('sha256').update(header).update(payload).digest().subarray(0, 8)
}

/** Memory for one record at a time, used again: fresh pages for every block cost as much as filling them. */
export class RecordRoom {
  bytes: Buffer = Buffer.allocUnsafeSlow(64 * 1024)

  /** Makes sure that `size` bytes fit; the first `used` of them stay. */
  reserve(size: number, used: number): void {
    if (size <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.bytes.length))
    this.bytes.copy(larger, 0, 0, used)
    this.bytes = larger
  }
}

/** A UTF-16 unit takes at most so many bytes of UTF-8. */
const BYTES_PER_UNIT = 3

/** What stands between two transactions is not worth a call out of the language. */
const SHORT = 3

/** Writes a short piece as `Buffer.write` does. @returns how many bytes */
function writeShort(bytes: Buffer, piece: string, at: number): number {
  for (let i = 0; i < piece.length; i++) {
    const code = piece.charCodeAt(i)
    if (code > 0x7f) return bytes.write(piece, at)
    bytes[at + i] = code
  }
  return piece.length
}

/**
 * Frames one payload.
 *
 * @param payload - its text, or the pieces of it in order, none of which ends within a surrogate pair
 * @param room - where the record is made: it is overwritten by the next one made there
 */
export function encodeRecord(height: number, payload: string | readonly string[], room = new RecordRoom()): Buffer {
  let end = HEADER_BYTES
  for (const piece of typeof payload === 'string' ? [payload] : payload) {
    room.reserve(end + piece.length * BYTES_PER_UNIT, end)
    end += piece.length > SHORT ? room.bytes.write(piece, end) : writeShort(room.bytes, piece, end)
  }
  const record = room.bytes.subarray(0, end)
  MAGIC.copy(record)
  record.writeUInt32BE(end - HEADER_BYTES, 4)
  record.writeBigUInt64BE(BigInt(height), 8)
  checksum(record.subarray(0, CHECKED_HEADER_BYTES), record.subarray(HEADER_BYTES)).copy(record, CHECKED_HEADER_BYTES)
  return record
}

/** Reads the record that begins at `offset`; `undefined` if there is no whole and undamaged one. */
export function recordAt(bytes: Buffer, offset: number): RecordPlace | undefined {
  const start = offset + HEADER_BYTES
  if (start > bytes.length || bytes.compare(MAGIC, 0, 4, offset, offset + 4) !== 0) return undefined
  const payloadBytes = bytes.readUInt32BE(offset + 4)
  if (payloadBytes > MAX_PAYLOAD_BYTES || start + payloadBytes > bytes.length) return undefined
  const header = bytes.subarray(offset, offset + CHECKED_HEADER_BYTES)
  const sum = checksum(header, bytes.subarray(start, start + payloadBytes))
  if (bytes.compare(sum, 0, 8, offset + CHECKED_HEADER_BYTES, start) !== 0) return undefined
  return { height: Number(bytes.readBigUInt64BE(offset + 8)), offset, payloadBytes }
}

/**
 * Walks a segment. Each record is durable before the next is written, so only the last can have been under way when the
 * process died; any other bad record, and a height out of order, is damage to what was acknowledged.
 *
 * @param firstHeight - height the first record must have
 */
export function scanSegment(bytes: Buffer, firstHeight: number): Scan {
  const records: RecordPlace[] = []
  let end = 0
  for (;;) {
    const record = recordAt(bytes, end)
    if (record === undefined) break
    if (record.height !== firstHeight + records.length) return { records, end, tail: 'corrupt' }
    records.push(record)
    end += HEADER_BYTES + record.payloadBytes
  }
  if (end === bytes.length) return { records, end, tail: 'clean' }
  return { records, end, tail: isUnfinished(bytes, end) ? 'torn' : 'corrupt' }
}

/**
 * Whether what begins at `offset` may be a write that was under way: no record begins behind it, and it is shorter than
 * it says, or has a zero byte. What a loss of power kept from the disk reads as zeros, and a payload, which is JSON, has
 * none. Every other bad record was once whole.
 */
function isUnfinished(bytes: Buffer, offset: number): boolean {
  if (bytes.indexOf(MAGIC, offset + 1) >= 0) return false
  const start = offset + HEADER_BYTES
  if (start > bytes.length || bytes.compare(MAGIC, 0, 4, offset, offset + 4) !== 0) return true
  const isShort = start + bytes.readUInt32BE(offset + 4) > bytes.length
  return isShort || bytes.indexOf(0, start) >= 0
}
