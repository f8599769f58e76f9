import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Ending, Ends } from './ends.js'
import { Timers } from './harness.js'

const step = fc.record({
  who: fc.nat(7),
  what: fc.constantFrom('set', 'set', 'remove'),
  wait: fc.nat(300),
  pass: fc.nat(400),
})

it('wakes everybody at the moment asked for last, on one timer', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const timers = new Timers()
      const ends = new Ends(timers)
      const wanted = new Map<number, number>()
      const items = Array.from(
        { length: 8 },
        (_, who): Ending => ({
          wakeAt: 0,
          slot: -1,
          timeCame: () => {
            const at = wanted.get(who) ?? Number.NaN
            expect(timers.time).toBeGreaterThanOrEqual(at)
            expect(timers.time - at).toBeLessThanOrEqual(5)
            wanted.delete(who)
          },
        }),
      )
      for (const { who, what, wait, pass } of steps) {
        const item = items[who]
        if (item === undefined) continue
        if (what === 'set') {
          wanted.set(who, timers.time + wait)
          ends.set(item, timers.time + wait)
        } else {
          wanted.delete(who)
          ends.remove(item)
        }
        timers.advance(timers.time + pass)
      }
      timers.advance(timers.time + 90_000)
      expect(wanted.size).toBe(0)
      expect(timers.most).toBeLessThanOrEqual(1)
    }),
  )
})

it('asks again for an end that is further away than a timer may be', () => {
  const timers = new Timers()
  const ends = new Ends(timers)
  const woken: number[] = []
  ends.set({ wakeAt: 0, slot: -1, timeCame: () => woken.push(timers.time) }, 150_000)
  timers.advance(149_999)
  expect(woken).toEqual([])
  timers.advance(150_010)
  expect(woken).toEqual([150_000])
})
