import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as ws from 'ws'
import { CLOSE, closeFrame, MAX_FRAME_BYTES, OPCODE, readFrame, textFrame, textOf } from './frames.js'

/** Its types leave the sender out. */
const { Sender } = ws as unknown as { Sender: { frame(data: Buffer, options: object): Buffer[] } }

/** Frames as an independent implementation writes them for a client. */
function masked(data: Buffer, options: { opcode: number; fin?: boolean }): Buffer {
  return Buffer.concat(Sender.frame(data, { fin: true, mask: true, readOnly: true, rsv1: false, ...options }))
}

const read = (bytes: Buffer, at = 0) => readFrame(Buffer.from(bytes), at)

describe('frames of a client (RFC 6455 section 5)', () => {
  it('are read back, whatever they hold, and only once they are whole', () => {
    const size = fc.oneof(fc.nat(200), fc.integer({ min: 120, max: 130 }), fc.constantFrom(65_535, 16_384, 16_383))
    fc.assert(
      fc.property(
        size,
        fc.nat(255),
        fc.constantFrom(0, 3),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (length, byte, at, part) => {
          const payload = Buffer.alloc(length, byte)
          const frame = masked(payload, { opcode: OPCODE.text })
          const bytes = Buffer.concat([Buffer.alloc(at), frame])
          if (length > MAX_FRAME_BYTES) {
            expect(read(bytes, at)).toEqual({ fault: CLOSE.tooBig })
            return
          }
          expect(read(bytes, at)).toMatchObject({ fin: true, opcode: OPCODE.text, end: bytes.length })
          expect((read(bytes, at) as { payload: Buffer }).payload.equals(payload)).toBe(true)
          expect(read(bytes.subarray(0, at + Math.floor(part * frame.length)), at)).toBeUndefined()
        },
      ),
      { numRuns: 200 },
    )
  })

  it.each([
    ['unmasked', [0x81, 0x01, 0x41], CLOSE.protocol],
    ['a reserved bit', [0xc1, 0x80, 0, 0, 0, 0], CLOSE.protocol],
    ['an unknown opcode', [0x83, 0x80, 0, 0, 0, 0], CLOSE.protocol],
    ['a fragmented ping', [0x09, 0x80, 0, 0, 0, 0], CLOSE.protocol],
    ['a long ping', [0x89, 0xfe, 0x00, 0x7e], CLOSE.protocol],
    ['64 bits of length', [0x81, 0xff, 0, 0, 0, 0], CLOSE.tooBig],
    ['more than a message may have', [0x81, 0xfe, 0x40, 0x01], CLOSE.tooBig],
  ])('are refused: %s', (_, bytes, fault) => {
    expect(read(Buffer.from([...bytes, 0, 0, 0, 0]))).toEqual({ fault })
  })

  it('never make the reader fail, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        const seen = read(Buffer.from(bytes))
        expect(seen === undefined || 'fault' in seen || seen.end <= bytes.length).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

it('refuses text that is no UTF-8', () => {
  expect(textOf(Buffer.from([0xc3, 0x28]))).toBeUndefined()
  expect(textOf(Buffer.from('é'))).toBe('é')
})

describe('frames of ours', () => {
  it.each([0, 1, 125, 126, 127, 3_000])('say their length: %s', length => {
    const expected = Buffer.concat(
      Sender.frame(Buffer.alloc(length, 0x61), {
        ...{ opcode: OPCODE.text, fin: true, mask: false, readOnly: true, rsv1: false },
      }) as Buffer[],
    )
    expect(Buffer.from(textFrame('a'.repeat(length)), 'latin1')).toEqual(expected)
  })

  it('carry any text, and the code of a close', () => {
    const bytes = Buffer.from(textFrame('the provider’s clock'), 'latin1')
    expect(bytes.subarray(2).toString()).toBe('the provider’s clock')
    expect(bytes[1]).toBe(bytes.length - 2)
    expect(Buffer.from(closeFrame(4_001, 'REPLACED'), 'latin1').readUInt16BE(2)).toBe(4_001)
  })
})
