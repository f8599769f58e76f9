import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ATTRIBUTE, DISCONNECT, encodePacket, isSigned, parsePacket } from './packet.js'

const SECRET = 'a-secret-of-tests'
const attributes = [{ type: ATTRIBUTE.callingStationId, value: Buffer.from('02-00-00-00-00-01') }]

/** An implementation by others. */
interface RadiusLibrary {
  decode_without_secret(args: { packet: Buffer }): { code: string; attributes: Record<string, unknown> }
}

describe('packet', () => {
  it('is read by another implementation as what it is', () => {
    const library = createRequire(import.meta.url)('radius') as RadiusLibrary
    const packet = encodePacket(DISCONNECT.request, 7, attributes, SECRET)
    const read = library.decode_without_secret({ packet })
    expect(read.code).toBe('Disconnect-Request')
    expect(read.attributes['Calling-Station-Id']).toBe('02-00-00-00-00-01')
  })

  it('reads back what it wrote, and knows its signature', () => {
    const bytes = encodePacket(DISCONNECT.request, 7, attributes, SECRET)
    const packet = parsePacket(bytes)
    if (!packet.ok) throw new Error(packet.code)
    expect(packet.value).toMatchObject({ code: 40, id: 7 })
    expect(packet.value.attributes[0]?.type).toBe(ATTRIBUTE.messageAuthenticator)
    expect(isSigned(bytes, packet.value, SECRET)).toBe(true)
    expect(isSigned(bytes, packet.value, 'another-secret')).toBe(false)
  })

  it('takes an answer only for the request it answers', () => {
    const request = Buffer.alloc(16, 9)
    const bytes = encodePacket(DISCONNECT.ack, 7, [], SECRET, request)
    const packet = parsePacket(bytes)
    if (!packet.ok) throw new Error(packet.code)
    expect(isSigned(bytes, packet.value, SECRET, request)).toBe(true)
    expect(isSigned(bytes, packet.value, SECRET, Buffer.alloc(16, 8))).toBe(false)
  })

  it('notices one changed bit anywhere', () => {
    const bytes = encodePacket(DISCONNECT.request, 7, attributes, SECRET)
    for (let bit = 0; bit < bytes.length * 8; bit += 5) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const packet = parsePacket(changed)
      expect(packet.ok && isSigned(changed, packet.value, SECRET)).toBe(false)
    }
  })

  it.each([
    ['short', Buffer.alloc(19)],
    ['length', Buffer.from([40, 1, 0, 19, ...Buffer.alloc(16)])],
    ['length', Buffer.from([40, 1, 0x10, 1, ...Buffer.alloc(16)])],
    ['attribute', Buffer.from([40, 1, 0, 22, ...Buffer.alloc(16), 31, 1])],
    ['attribute', Buffer.from([40, 1, 0, 22, ...Buffer.alloc(16), 31, 3])],
    ['attribute', Buffer.from([40, 1, 0, 21, ...Buffer.alloc(16), 31])],
  ])('refuses bytes by %s', (why, bytes) => {
    expect(parsePacket(bytes)).toEqual({ ok: false, code: 'PACKET_MALFORMED', data: { why } })
  })

  it('never throws at bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        const packet = parsePacket(bytes)
        expect(packet.ok && isSigned(bytes, packet.value, SECRET)).toBe(false)
      }),
    )
  })
})
