import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Budget } from './budget.js'
import { freeze, thaw } from './frozen.js'
import { type EndTurn, takeTurn } from './turn.js'
import { dearestRound, usualLimits } from './usual.js'

const HOUR = 3_600_000

describe('the budget', () => {
  const set = (perRound: bigint, perHour: bigint) => {
    const state = { now: 10 * HOUR, text: null as string | null }
    const write = (text: string) => {
      state.text = text
    }
    const store = { read: () => state.text, write }
    return { state, budget: () => new Budget({ perRound, perHour }, store, () => state.now) }
  }

  it('allows up to a round’s limit, and up to the hour’s', () => {
    const { budget } = set(40n, 100n)
    const own = budget()
    expect([own.mayPay(40n), own.mayPay(41n), own.mayPay(0n), own.mayPay(-5n)]).toEqual([true, false, true, true])
    own.book(40n)
    expect(own.used).toBe(false)
    own.book(30n)
    expect([own.mayPay(30n), own.mayPay(31n), own.used]).toEqual([true, false, false])
    own.book(30n)
    expect([own.mayPay(1n), own.used]).toEqual([false, true])
  })

  it('forgets what is older than an hour, and nothing when the page is loaded again', () => {
    const { budget, state } = set(40n, 100n)
    budget().book(40n)
    state.now += HOUR / 2
    const again = budget()
    again.book(40n)
    expect(again.lastHour).toBe(80n)
    state.now += HOUR / 2
    expect(again.lastHour).toBe(40n)
    expect(budget().lastHour).toBe(40n)
  })

  it('takes nothing from a damaged store', () => {
    for (const text of ['', '[{"at":"x"}]', '{"a":1}', '[null]', '[{"at":1,"added":5}]']) {
      const budget = new Budget({ perRound: 1n, perHour: 1n }, { read: () => text, write: () => undefined }, () => 5)
      expect(budget.lastHour).toBe(0n)
    }
  })
})

describe('limits to begin with', () => {
  const terms = {
    tariff: { asset: 'credit', perGiB: 200_000n, perHour: 36_000n },
    ...{ trialMs: 2_000, restMs: 8_000, toleranceBps: 500, toleranceBytes: 0n, shares: [] },
    ...{ maxUnpaid: 20_000n, maxUnpaidCap: 123_456n },
  }

  it('refuse no honest round, in two digits', () => {
    expect(dearestRound(terms)).toBe(123_456n + 100n + 1n)
    expect(usualLimits({ terms })).toEqual({ perRound: 130_000n, perHour: 260_000n })
    expect(usualLimits({ terms: { ...terms, maxUnpaidCap: 0n } })).toEqual({ perRound: 110n, perHour: 240_000n })
  })
})

describe('what a tab keeps of a session', () => {
  it('keeps bigints, and takes no text for one', () => {
    const value = { owed: 12n, deep: [{ n: 0n }], text: '12n', other: null }
    expect(thaw(freeze(value))).toEqual(value)
    expect([thaw(null), thaw('{'), thaw('')]).toEqual([undefined, undefined, undefined])
  })
})

describe('the turn to pay, without locks of the browser', () => {
  const taken: EndTurn[] = []
  beforeEach(() => void vi.stubGlobal('navigator', {}))
  afterEach(() => {
    for (const end of taken.splice(0)) end()
    vi.unstubAllGlobals()
  })
  const take = async () => {
    const turn = await takeTurn()
    if (turn !== undefined) taken.push(turn)
    return turn
  }

  it('is one tab’s, until it ends it', async () => {
    const first = await take()
    expect(first).toBeTypeOf('function')
    expect(await take()).toBeUndefined()
    first?.()
    expect(await take()).toBeTypeOf('function')
  })

  it('goes to exactly one also when the page is kept waiting while the others answer', async () => {
    const asked = Promise.all(Array.from({ length: 6 }, take))
    const until = performance.now() + 400
    while (performance.now() < until);
    expect((await asked).filter(turn => turn !== undefined)).toHaveLength(1)
  })

  it('goes to exactly one of several that ask at once', async () => {
    for (let time = 0; time < 3; time++) {
      const turns = await Promise.all(Array.from({ length: 6 }, take))
      expect(turns.filter(turn => turn !== undefined)).toHaveLength(1)
      for (const turn of turns) turn?.()
    }
  })
})
