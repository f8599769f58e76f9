import { describe, expect, it } from 'vitest'
import type { GatewayEvent } from '../contract.js'
import { Timers } from './harness.js'
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

/** A session on timers that come by themselves while the clock is moved on. */
function timed() {
  const told: GatewayEvent['type'][] = []
  const timers = new Timers()
  const admission = { session: 'aa'.repeat(16), until: END, quota: 1_000_000n }
  const session = new Session(
    admission,
    timers,
    event => told.push(event.type),
    () => {},
  )
  const flow = { cuts: 0, cut: () => void flow.cuts++ }
  return { session, flow, told, advance: (to: number) => timers.advance(to), looks: () => timers.fired }
}

describe('a session without flows', () => {
  it('is looked at rarely while it is paid for, and is over ten seconds after its end', () => {
    const { session, told, advance, looks } = timed()
    for (let at = 2_500; at <= 60_000; at += 2_500) {
      advance(at)
      session.extend(at + 3_000, 1_000_000n)
    }
    // Every 2.5 s it could have been over: 24 looks if each end were waited for.
    expect({ told, often: looks() > 6 }).toEqual({ told: [], often: false })
    advance(63_000)
    expect({ alive: session.alive, told }).toEqual({ alive: false, told: [] })
    advance(72_999)
    expect(told).toEqual([])
    advance(73_010)
    expect(told).toEqual(['expired'])
    expect(() => session.extend(99_000, 1n)).toThrow(expect.objectContaining({ code: 'SESSION_EXPIRED' }))
  })

  it.each([100, 600, 5_000, 9_900])('goes on when it is extended %i ms after its end', late => {
    const { session, told, advance } = timed()
    advance(END + late)
    session.extend(END + late + 3_000, 1_000_000n)
    expect({ alive: session.alive, told }).toEqual({ alive: true, told: [] })
  })
})

describe('a flow that comes to a session at rest', () => {
  it('is cut half a second after the end, as any other', () => {
    const { session, flow, told, advance } = timed()
    advance(END - 1)
    session.join(flow)
    advance(END + 499)
    expect({ cuts: flow.cuts, told }).toEqual({ cuts: 0, told: [] })
    advance(END + 510)
    expect({ cuts: flow.cuts, told }).toEqual({ cuts: 1, told: ['expired'] })
  })

  it('is cut half a second after an end that was moved forward', () => {
    const { session, flow, advance } = timed()
    session.join(flow)
    session.extend(END - 5_000, 1_000_000n)
    advance(END - 4_490)
    expect(flow.cuts).toBe(1)
  })

  it('leaves it at rest again, and the next one is cut in time, too', () => {
    const { session, flow, told, advance, looks } = timed()
    session.join(flow)
    session.leave(flow)
    advance(END + 9_990)
    // The look that was set for the flow, and one at the end.
    expect({ told, often: looks() > 2 }).toEqual({ told: [], often: false })
    session.extend(END + 12_000, 1_000_000n)
    session.join(flow)
    advance(END + 12_510)
    expect({ cuts: flow.cuts, told }).toEqual({ cuts: 1, told: ['expired'] })
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

it.each([0, 1e-9])('waits no longer than a timer can at %s bytes a second', bytesPerSecond => {
  const delays: number[] = []
  const clock = {
    now: () => 0,
    after: (delay: number) => {
      delays.push(delay)
      return () => {}
    },
  }
  const admission = { session: 'aa'.repeat(16), until: 1e9, quota: 10n ** 12n, bytesPerSecond }
  const session = new Session(
    admission,
    clock,
    () => {},
    () => {},
  )
  const waiter = { release: () => {} }
  session.take(65_536, 'down', waiter)
  delays.length = 0
  expect(session.take(65_536, 'down', waiter)).toBe(false)
  expect(delays).toEqual([2 ** 31 - 1])
})
