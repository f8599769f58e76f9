import { describe, expect, it } from 'vitest'
import { ASSET, Books, createParty, EventClock, LID, Session } from './index.js'

const TERMS = {
  tariff: { asset: ASSET, perGiB: 5_000_000n, perHour: 0n },
  trialMs: 2_000,
  restMs: 8_000,
  toleranceBps: 500,
  toleranceBytes: 262_144n,
  maxUnpaid: 100_000n,
  maxUnpaidCap: 1_000_000n,
}
const START = 1_800_000_000_000

function play(seconds: number, mbps: number, shares: readonly { readonly to: string; readonly bps: number }[] = []) {
  const clock = new EventClock(START)
  const [operator, user, sharer] = [createParty(0), createParty(1), createParty(2)]
  const books = new Books(operator, 10_000_000n, START)
  books.transfer(user.did, 1_000_000n, clock.now)
  const session = new Session({
    clock,
    lid: LID,
    user,
    sharer,
    terms: { ...TERMS, shares },
    credit: TERMS.maxUnpaid,
    delayMs: 15,
    number: 1,
    settle: text => books.settle(text, user),
    ended: () => {},
  })
  let carried = 0n
  for (let slice = 0; slice < seconds * 5; slice++) {
    carried += session.carry(0n, BigInt(Math.floor((mbps * 1e6) / 8 / 5)))
    clock.runUntil(clock.now + 200)
  }
  session.stop()
  clock.runUntil(clock.now + 30_000)
  books.block(clock.now)
  return { books, session, carried, operator, user, sharer }
}

describe('a session on the virtual clock', () => {
  it('carries all of a steady flow and moves exactly its price', () => {
    const { books, session, carried, user, sharer } = play(30, 20)
    expect(carried).toBe(75_000_000n)
    expect(session.ended).toBe(true)
    expect(session.provider.reason).toBe('CLIENT_DONE')
    const price = (carried * 5_000_000n) / 2n ** 30n
    expect(books.account(sharer.did).balance).toBe(price)
    expect(books.account(user.did)).toEqual({ balance: 1_000_000n - price, debt: 0n })
    expect(books.supply()).toBe(10_000_000n)
    expect(books.totals()).toMatchObject({ settlements: 1, transfers: 1, refused: {} })
  })

  it('splits payments as the terms say, to the last micro-credit', () => {
    const operator = createParty(0)
    const { books, carried, sharer } = play(30, 20, [{ to: operator.did, bps: 4_000 }])
    const price = (carried * 5_000_000n) / 2n ** 30n
    const part = (price * 4_000n) / 10_000n
    expect(books.account(sharer.did).balance).toBe(price - part)
    expect(books.account(operator.did).balance).toBe(9_000_000n + part)
  })

  it('turns what a user cannot pay into debt, and settles once a minute', () => {
    const { books, user } = play(150, 100)
    expect(books.account(user.did).balance).toBe(0n)
    expect(books.account(user.did).debt).toBeGreaterThan(0n)
    expect(books.totals().settlements).toBeGreaterThanOrEqual(2)
  })
})

describe('the virtual clock', () => {
  it('runs events in the order of their moment, then of their making', () => {
    const clock = new EventClock(0)
    const seen: string[] = []
    for (const [at, name] of [[5, 'c'], [1, 'a'], [5, 'd'], [3, 'b'], [9, 'e']] as const) clock.at(at, () => seen.push(`${name}${clock.now}`)) // biome-ignore format: events
    clock.at(3, () => clock.after(0, () => seen.push('later')))
    clock.runUntil(6)
    expect(seen).toEqual(['a1', 'b3', 'later', 'c5', 'd5'])
    expect(clock.now).toBe(6)
  })
})
