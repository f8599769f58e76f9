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
  session.flows.add(flow)
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
