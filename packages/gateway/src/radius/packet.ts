import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { ok, type Result, reject } from '@conet/core/errors'
import type { RadiusCode } from './codes.js'

/** Codes of RFC 5176 section 3. */
export const DISCONNECT = { request: 40, ack: 41, nak: 42 } as const

/** Attribute numbers (RFC 2865, 2866, 2869, 5176). */
export const ATTRIBUTE = {
  userName: 1,
  nasIpAddress: 4,
  callingStationId: 31,
  acctSessionId: 44,
  eventTimestamp: 55,
  messageAuthenticator: 80,
  errorCause: 101,
} as const

export interface Attribute {
  readonly type: number
  readonly value: Uint8Array
}

export interface Packet {
  readonly code: number
  readonly id: number
  readonly authenticator: Uint8Array
  readonly attributes: readonly Attribute[]
}

const HEADER = 20
const MAX_PACKET = 4_096
const ZERO = new Uint8Array(16)

const md5 = (...parts: readonly (Uint8Array | string)[]) => {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** HMAC-MD5 of a whole packet whose authenticator is replaced and whose Message-Authenticator is zero (RFC 3579 3.2). */
function messageAuthenticator(packet: Buffer, authenticator: Uint8Array, at: number, secret: string): Buffer {
  const copy = Buffer.from(packet)
  copy.set(authenticator, 4)
  copy.set(ZERO, at)
  return createHmac('md5', secret).update(copy).digest()
}

/**
 * Signs a Disconnect-Request, or the answer to one. The Message-Authenticator is the first attribute.
 *
 * @param answerTo - authenticator of the request, for an answer
 */
export function encodePacket(
  code: number,
  id: number,
  attributes: readonly Attribute[],
  secret: string,
  answerTo?: Uint8Array,
): Buffer {
  const all = [{ type: ATTRIBUTE.messageAuthenticator, value: ZERO }, ...attributes]
  const body = Buffer.concat(all.map(({ type, value }) => Buffer.from([type, value.length + 2, ...value])))
  const packet = Buffer.alloc(HEADER + body.length)
  packet[0] = code
  packet[1] = id
  packet.writeUInt16BE(packet.length, 2)
  packet.set(body, HEADER)
  const authenticator = answerTo ?? ZERO
  packet.set(messageAuthenticator(packet, authenticator, HEADER + 2, secret), HEADER + 2)
  packet.set(authenticator, 4)
  packet.set(md5(packet, secret), 4)
  return packet
}

/** Reads the form of a packet; the signature is not checked. @returns `PACKET_MALFORMED` with `data.why` */
export function parsePacket(bytes: Uint8Array): Result<Packet, RadiusCode> {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (data.length < HEADER) return reject('PACKET_MALFORMED', { why: 'short' })
  const length = data.readUInt16BE(2)
  if (length < HEADER || length > MAX_PACKET || length > data.length)
    return reject('PACKET_MALFORMED', { why: 'length' })
  const attributes: Attribute[] = []
  for (let at = HEADER; at < length; ) {
    const size = data[at + 1] ?? 0
    if (size < 2 || at + size > length) return reject('PACKET_MALFORMED', { why: 'attribute' })
    attributes.push({ type: data[at] ?? 0, value: data.subarray(at + 2, at + size) })
    at += size
  }
  return ok({ code: data[0] ?? 0, id: data[1] ?? 0, authenticator: data.subarray(4, HEADER), attributes })
}

/**
 * Whether a packet was signed with the secret: its authenticator, and its Message-Authenticator if it has one.
 *
 * @param answerTo - authenticator of the request, when the packet is an answer
 */
export function isSigned(bytes: Uint8Array, packet: Packet, secret: string, answerTo: Uint8Array = ZERO): boolean {
  const length = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUInt16BE(2)
  const whole = Buffer.from(bytes.subarray(0, length))
  const copy = Buffer.from(whole)
  copy.set(answerTo, 4)
  if (!timingSafeEqual(md5(copy, secret), packet.authenticator)) return false
  let at = HEADER
  for (const { type, value } of packet.attributes) {
    if (type === ATTRIBUTE.messageAuthenticator) {
      if (value.length !== 16) return false
      return timingSafeEqual(messageAuthenticator(whole, answerTo, at + 2, secret), value)
    }
    at += value.length + 2
  }
  return true
}
