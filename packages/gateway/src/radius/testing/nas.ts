import { createSocket } from 'node:dgram'
import { ATTRIBUTE, DISCONNECT, encodePacket, isSigned, type Packet, parsePacket } from '../packet.js'

/** How a fake access point answers a Disconnect-Request: `undefined` says nothing. */
export type Reply = { readonly code: number; readonly errorCause?: number; readonly secret?: string } | undefined

export interface FakeNas {
  readonly port: number
  /** Every packet that came, the unsigned ones too. */
  readonly heard: readonly { readonly packet: Packet; readonly signed: boolean; readonly bytes: Buffer }[]
  /** Sends bytes to whoever asked last. */
  say(bytes: Uint8Array): void
  close(): Promise<void>
}

/** Text of an attribute of a packet. */
export function attributeText(packet: Packet, type: number): string | undefined {
  const found = packet.attributes.find(attribute => attribute.type === type)
  return found === undefined ? undefined : Buffer.from(found.value).toString('utf8')
}

function answerTo(packet: Packet, reply: NonNullable<Reply>, secret: string): Buffer {
  const cause = Buffer.alloc(4)
  cause.writeUInt32BE(reply.errorCause ?? 0)
  const attributes = reply.errorCause === undefined ? [] : [{ type: ATTRIBUTE.errorCause, value: cause }]
  return encodePacket(reply.code, packet.id, attributes, reply.secret ?? secret, packet.authenticator)
}

/** An access point's port for Disconnect-Requests, on a free loopback port. What is not signed with its secret it ignores (RFC 5176 3.5). */
export async function fakeNas(
  secret: string,
  onRequest: (packet: Packet, count: number) => Reply = () => ({ code: DISCONNECT.ack }),
): Promise<FakeNas> {
  const socket = createSocket('udp4')
  const heard: { packet: Packet; signed: boolean; bytes: Buffer }[] = []
  let last = { port: 0, address: '' }
  socket.on('message', (bytes, from) => {
    last = from
    const parsed = parsePacket(bytes)
    if (!parsed.ok) return
    const signed = isSigned(bytes, parsed.value, secret)
    heard.push({ packet: parsed.value, signed, bytes })
    const reply = signed ? onRequest(parsed.value, heard.length) : undefined
    if (reply !== undefined) socket.send(answerTo(parsed.value, reply, secret), from.port, from.address)
  })
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve))
  return {
    port: socket.address().port,
    heard,
    say: bytes => socket.send(bytes, last.port, last.address),
    close: () => new Promise(resolve => socket.close(() => resolve())),
  }
}
