import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Deadlines, type Waking } from './deadlines.js'

const item = (): Waking => ({ wakeAt: Number.POSITIVE_INFINITY, slot: -1 })

describe('deadlines', () => {
  it('wakes in order of time, whatever was set, moved and removed before', () => {
    const change = fc.tuple(fc.nat(19), fc.option(fc.nat(1000), { nil: Number.POSITIVE_INFINITY }))
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), changes => {
        const items = Array.from({ length: 20 }, item)
        const deadlines = new Deadlines<Waking>()
        const expected = new Map<Waking, number>()
        for (const [index, at] of changes) {
          const one = items[index] ?? item()
          deadlines.set(one, at)
          if (at === Number.POSITIVE_INFINITY) expected.delete(one)
          else expected.set(one, at)
        }
        expect(deadlines.size).toBe(expected.size)
        const times: number[] = []
        for (let one = deadlines.takeDue(500); one !== undefined; one = deadlines.takeDue(500)) {
          times.push(expected.get(one) ?? -1)
          expected.delete(one)
        }
        expect(times).toEqual([...times].sort((a, b) => a - b))
        expect([...expected.values()].every(at => at > 500)).toBe(true)
        expect(deadlines.next).toBe(Math.min(Number.POSITIVE_INFINITY, ...expected.values()))
      }),
    )
  })
})
