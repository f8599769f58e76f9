import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BrokenFlows, underWayBytes, unreadBytes } from './unread.js'

const MIB = 1_048_576n
const bytesDown = fc.bigInt({ min: 0n, max: 2n ** 53n })

it('allows a stalled flow one send buffer, and buffers as far as they can have grown', () => {
  expect(unreadBytes(0n)).toBe(4n * MIB)
  expect(unreadBytes(5n * MIB)).toBe(9n * MIB)
  expect(unreadBytes(400n * MIB)).toBe(36n * MIB)
})

it('allows a flow that is read what a sender may have buffered for it', () => {
  expect(underWayBytes(0n)).toBe(MIB / 4n)
  expect(underWayBytes(100_000n)).toBe(MIB / 4n + 200_000n)
  expect(underWayBytes(400n * MIB)).toBe(4n * MIB)
})

it('allows many flows three times what came through them, and four send buffers', () => {
  const list = fc.array(bytesDown, { maxLength: 50 })
  fc.assert(
    fc.property(list, flows => {
      const broken = new BrokenFlows()
      for (const flow of flows) broken.add(flow)
      const own = flows.reduce((sum, flow) => sum + flow, 0n)
      return broken.bytes >= 0n && broken.bytes <= 3n * own + 16n * MIB
    }),
  )
})

it('allows each of many large flows about as much as came through it', () => {
  const broken = new BrokenFlows()
  for (let flow = 1; flow <= 20; flow++) broken.add(20n * MIB)
  expect(broken.bytes).toBe(20n * 24n * MIB)
})

it('never takes back what it allowed', () => {
  fc.assert(
    fc.property(fc.array(bytesDown, { minLength: 1, maxLength: 50 }), flows => {
      const broken = new BrokenFlows()
      for (const flow of flows) {
        const before = broken.bytes
        broken.add(flow)
        if (broken.bytes < before) return false
      }
      return true
    }),
  )
})
