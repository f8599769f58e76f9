import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  annuity,
  type ChallengeBid,
  concentrated,
  herfindahlPpm,
  movingTogether,
  PPM,
  poolIncome,
  reciprocal,
  runChallenge,
  type Sighting,
  scheduled,
  stepPool,
  surgePpm,
  tooFast,
} from './index.js'

const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n)
const bids: fc.Arbitrary<ChallengeBid[]> = fc
  .array(fc.record({ cost: fc.bigInt(0n, 60n), value: fc.bigInt(1n, 12n) }), { minLength: 1, maxLength: 9 })
  .map(list => list.map((bid, i) => ({ sharer: `s${i}`, ...bid })))
const budgets = fc.bigInt(0n, 200n)
const payOf = (list: readonly ChallengeBid[], budget: bigint, sharer: string) =>
  runChallenge(list, budget).find(winner => winner.sharer === sharer)?.pay

describe('weak-coverage challenge (PRAN-18)', () => {
  it('keeps the budget and pays nobody less than asked', () => {
    fc.assert(
      fc.property(bids, budgets, (list, budget) => {
        const winners = runChallenge(list, budget)
        expect(sum(winners.map(winner => winner.pay)) <= budget).toBe(true)
        for (const { sharer, pay } of winners) {
          expect(pay >= (list.find(bid => bid.sharer === sharer)?.cost ?? -1n)).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('is truthful: no other bid gives anyone more than the true cost does', () => {
    fc.assert(
      fc.property(bids, budgets, fc.nat(8), fc.bigInt(0n, 120n), (list, budget, at, lie) => {
        const one = list[at % list.length]
        if (one === undefined) return
        const gain = (pay: bigint | undefined) => (pay === undefined ? 0n : pay - one.cost)
        const lied = list.map(bid => (bid === one ? { ...bid, cost: lie } : bid))
        expect(gain(payOf(lied, budget, one.sharer)) <= gain(payOf(list, budget, one.sharer))).toBe(true)
      }),
      { numRuns: 1_500 },
    )
  })

  it('pays the threshold: asking it wins with the same pay, asking one more loses', () => {
    fc.assert(
      fc.property(bids, budgets, (list, budget) => {
        for (const { sharer, pay } of runChallenge(list, budget)) {
          const asking = (cost: bigint) => list.map(bid => (bid.sharer === sharer ? { ...bid, cost } : bid))
          expect(payOf(asking(pay), budget, sharer)).toBe(pay)
          expect(payOf(asking(pay + 1n), budget, sharer)).toBeUndefined()
        }
      }),
      { numRuns: 300 },
    )
  })

  it('does not depend on the order of bids, and refuses two bids of one sharer', () => {
    const list = [
      { sharer: 'a', cost: 10n, value: 5n },
      { sharer: 'b', cost: 10n, value: 10n },
      { sharer: 'c', cost: 40n, value: 10n },
    ]
    expect(runChallenge(list, 50n)).toEqual([...runChallenge([...list].reverse(), 50n)])
    expect(runChallenge(list, 50n).map(winner => winner.sharer)).toEqual(['b', 'a'])
    expect(() => runChallenge([...list, { sharer: 'a', cost: 1n, value: 1n }], 50n)).toThrow(/bids twice/)
    expect(() => runChallenge([{ sharer: 'a', cost: 1n, value: 0n }], 50n)).toThrow(/value is 0/)
  })
})

describe('pool (PRAN-19)', () => {
  const amount = fc.bigInt(0n, 10n ** 15n)
  const draw = fc.bigInt(0n, PPM)

  it('never goes below zero and loses nothing', () => {
    const epochs = fc.array(fc.tuple(amount, amount), { maxLength: 40 })
    fc.assert(
      fc.property(amount, draw, epochs, (start, drawPpm, list) => {
        let [balance, paid, income] = [start, 0n, 0n]
        for (const [schedule, incoming] of list) {
          const step = stepPool(balance, schedule, incoming, drawPpm)
          expect(step.emission >= 0n && step.emission <= schedule && step.emission <= balance).toBe(true)
          balance = step.balance
          paid += step.emission
          income += incoming
          expect(balance >= 0n && balance + paid === start + income).toBe(true)
        }
      }),
    )
  })

  it('the schedule halves and sums to at most 2 · S0 · T', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 9n), fc.bigInt(1n, 20n), (first, every) => {
        const epochs = Array.from({ length: Number(every) * 40 }, (_, t) => scheduled({ first, every }, BigInt(t)))
        expect(sum(epochs) <= 2n * first * every).toBe(true)
        expect(epochs[Number(every)]).toBe(first / 2n)
      }),
      { numRuns: 40 },
    )
    expect(scheduled({ first: 2n ** 40n, every: 1n }, 30n)).toBe(1_024n)
    expect(scheduled({ first: 2n ** 40n, every: 1n }, 10n ** 9n)).toBe(0n)
  })

  it('annuities pay back exactly what was lent, rounded down', () => {
    expect(annuity(1_000_000n, 0n, 10n)).toBe(100_000n)
    // 10 % over 10 years: factor .1627453949
    expect(annuity(10_000_000_000n, 100_000n, 10n)).toBe(1_627_453_948n)
    expect(poolIncome(3n, 100n, 50n, 500_000n)).toBe(175n)
    expect(() => annuity(1n, 0n, 0n)).toThrow(/years is 0/)
    expect(() => stepPool(-1n, 0n, 0n, 0n)).toThrow(/balance is -1/)
  })

  it('surge is clipped, monotone in demand and 1 in balance', () => {
    const rule = { slopePpm: 500_000n, maxPpm: 3n * PPM }
    expect([surgePpm(5n, 5n, rule), surgePpm(10n, 5n, rule), surgePpm(999n, 5n, rule)]).toEqual([
      PPM,
      1_500_000n,
      3n * PPM,
    ])
    expect([surgePpm(0n, 0n, rule), surgePpm(1n, 0n, rule)]).toEqual([PPM, 3n * PPM])
    fc.assert(
      fc.property(fc.bigInt(0n, 999n), fc.bigInt(0n, 999n), fc.bigInt(0n, 99n), (demand, supply, more) => {
        expect(surgePpm(demand + more, supply, rule) >= surgePpm(demand, supply, rule)).toBe(true)
        expect(surgePpm(demand, supply + more, rule) <= surgePpm(demand, supply, rule)).toBe(true)
      }),
    )
  })
})

describe('collusion flags (PRAN-20)', () => {
  it('Herfindahl: 1 for one user, 1/n for n equal ones, within these always', () => {
    expect(herfindahlPpm([5n])).toBe(PPM)
    expect(herfindahlPpm([5n, 5n, 5n, 5n])).toBe(250_000n)
    expect(herfindahlPpm([0n])).toBe(0n)
    fc.assert(
      fc.property(fc.array(fc.bigInt(1n, 10n ** 12n), { minLength: 1, maxLength: 20 }), list => {
        const index = herfindahlPpm(list)
        expect(index <= PPM && index >= PPM / BigInt(list.length)).toBe(true)
      }),
    )
  })

  it('flags the sharer with one customer and the pair that serves itself, not the others', () => {
    const honest = ['u1', 'u2', 'u3', 'u4'].map(user => ({ user, sharer: 'good', bytes: 100n }))
    const ring = [
      { user: 'x', sharer: 'y', bytes: 300n },
      { user: 'x', sharer: 'y', bytes: 200n },
      { user: 'y', sharer: 'x', bytes: 450n },
      { user: 'good', sharer: 'u1', bytes: 3n },
    ]
    const pairs = [...honest, ...ring]
    expect(concentrated(pairs, 800_000n, 100n).map(flag => flag.kind === 'concentrated' && flag.sharer)).toEqual([
      'y',
      'x',
    ])
    expect(reciprocal(pairs, 700_000n, 50n)).toEqual([{ kind: 'reciprocal', pair: ['x', 'y'], sharePpm: 900_000n }])
  })

  it('flags identities in one pocket, not neighbours at home, nor a crowd', () => {
    const walk = (who: string, x: number): Sighting[] =>
      Array.from({ length: 10 }, (_, i) => ({ who, atMs: i * 60_000, xM: 5 + x + i * 100, yM: 5 }))
    const home = (who: string): Sighting[] => walk(who, 0).map(sighting => ({ ...sighting, xM: 5_005 }))
    const rule = { slotMs: 60_000, squareM: 50, squares: 5, crowd: 4 }
    const all = [...walk('a', 0), ...walk('b', 3), ...walk('c', 10_000), ...home('d'), ...home('e')]
    expect(movingTogether(all, rule)).toEqual([{ kind: 'moving together', pair: ['a', 'b'], squares: 10 }])
    const march = ['1', '2', '3', '4', '5'].flatMap(who => walk(who, 0))
    expect(movingTogether(march, rule)).toEqual([])
  })

  it('flags what no vehicle can do, forgives positioning errors, and refuses places that are no number', () => {
    const at = (who: string, seconds: number, xM: number) => ({ who, atMs: seconds * 1_000, xM, yM: 0 })
    const seen = [at('a', 10, 5_000), at('a', 0, 0), at('b', 0, 0), at('b', 10, 300), at('c', 0, 0), at('c', 0, 90)]
    expect(tooFast(seen, 100, 100)).toEqual([{ kind: 'too fast', who: 'a', atMs: 10_000, speedMps: 490 }])
    expect(tooFast([at('c', 0, 0), at('c', 0, 150)], 100, 100)).toHaveLength(1)
    expect(() => tooFast([at('a', 0, Number.NaN)], 100, 0)).toThrow(/sighting/)
  })
})
