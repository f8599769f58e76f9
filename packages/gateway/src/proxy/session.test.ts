import { describe, expect, it } from 'vitest'
import type { GatewayEvent } from '../contract.js'
import { Session } from './session.js'

const END = 10_000

/** A session that ends at `END`, on a clock that the test moves; timers come only when it says so. */
function world() {
  const told: GatewayEvent['type'][] = []
  const dead: string[] = []
  let [now, timer] = [0, () => {}]
  const clock = {
    now: () => now,
    after: (_: number, run: () => void) => {
      timer = run
      return () => {
        timer = () => {}
      }
    },
  }
  const admission = { session: 'aa'.repeat(16), until: END, quota: 1_000_000n }
  const session = new Session(
    admission,
    clock,
    event => told.push(event.type),
    (_, why) => dead.push(why),
  )
  const flow = { cuts: 0, cut: () => void flow.cuts++ }
  session.join(flow)
  const waiter = { released: 0, release: () => void waiter.released++ }
  const take = () => session.take(100, 'down', waiter)
  const at = (moment: number) => {
    now = moment
  }
  return { session, flow, waiter, take, told, dead, at, fire: () => timer() }
}

describe('the end of a session', () => {
  it('lets nothing pass, but holds flows for a provider that is late', () => {
    const { session, flow, waiter, take, at } = world()
    at(END - 1)
    expect(take()).toBe(true)
    at(END)
    expect({ passed: take(), alive: session.alive, cuts: flow.cuts }).toEqual({ passed: false, alive: false, cuts: 0 })
    at(END + 499)
    session.extend(END + 3_000, 1_000_000n)
    expect({ released: waiter.released, passed: take() }).toEqual({ released: 1, passed: true })
    expect(session.meter().bytesDown).toBe(200n)
  })

  it.each<[string, (one: ReturnType<typeof world>) => void]>([
    ['a timer', one => one.fire()],
    ['a chunk', one => void one.take()],
    ['a look', one => void one.session.alive],
  ])('cuts after half a second, whichever comes first: %s', (_, touch) => {
    const one = world()
    one.at(END + 500)
    touch(one)
    expect({ cuts: one.flow.cuts, told: one.told, dead: one.dead }).toEqual({
      cuts: 1,
      told: ['expired'],
      dead: ['SESSION_EXPIRED'],
    })
    expect(() => one.session.extend(END + 9_000, 1n)).toThrow(expect.objectContaining({ code: 'SESSION_EXPIRED' }))
  })
})

it('gives a provider whose process had to wait its half second, once', () => {
  const { session, flow, take, told, at, fire } = world()
  at(END + 2_000)
  // Nothing passed while the process waited, and nothing passes now.
  expect({ passed: take(), cuts: flow.cuts }).toEqual({ passed: false, cuts: 0 })
  fire()
  session.extend(END + 5_000, 1_000_000n)
  expect({ passed: take(), told }).toEqual({ passed: true, told: [] })
  at(END + 8_000)
  fire()
  at(END + 8_499)
  expect({ passed: take(), cuts: flow.cuts }).toEqual({ passed: false, cuts: 0 })
  at(END + 8_500)
  fire()
  expect({ cuts: flow.cuts, told }).toEqual({ cuts: 1, told: ['expired'] })
})

it('holds flows back beyond the rate, and lets as much pass as the rate says', () => {
  let now = 0
  const timers: { at: number; run: () => void }[] = []
  const clock = {
    now: () => now,
    after: (delay: number, run: () => void) => {
      timers.push({ at: now + delay, run })
      return () => {}
    },
  }
  const admission = { session: 'aa'.repeat(16), until: 1e9, quota: 10n ** 12n, bytesPerSecond: 1_000_000 }
  const session = new Session(
    admission,
    clock,
    () => {},
    () => {},
  )
  const chunk = 65_536
  let waits = 0
  const waiter = { release: () => pump() }
  const pump = (): void => {
    while (session.take(chunk, 'down', waiter)) {}
    waits++
  }
  pump()
  for (let step = 0; step < 200 && now < 10_000; step++) {
    const next = timers.filter(timer => timer.at > now).sort((a, b) => a.at - b.at)[0]
    if (next === undefined) break
    now = next.at
    next.run()
  }
  expect(waits).toBeGreaterThan(20)
  const passed = Number(session.meter().bytesDown)
  expect(passed).toBeGreaterThan((now / 1_000) * 1_000_000)
  expect(passed).toBeLessThanOrEqual((now / 1_000) * 1_000_000 + 250_000 + chunk)
})
