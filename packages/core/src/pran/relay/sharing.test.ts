import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockingPairs, jainIndex, matchStably, type SharingOption, shareFairly, type Wishes } from './index.js'

const SERVERS = 3
const options = fc
  .array(
    fc.array(fc.option(fc.double({ min: 0.5, max: 200, noNaN: true })), { minLength: SERVERS, maxLength: SERVERS }),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map(table =>
    table.flatMap((row, user) =>
      row.flatMap((rateMbps, server): SharingOption[] => (rateMbps === null ? [] : [{ user, server, rateMbps }])),
    ),
  )

const usersOf = (list: readonly SharingOption[]) => 1 + Math.max(0, ...list.map(option => option.user))

function sumLogOf(list: readonly SharingOption[], choice: readonly number[]): number {
  const load = new Map<number, number>()
  for (const server of choice) load.set(server, (load.get(server) ?? 0) + 1)
  return choice.reduce((sum, server, user) => {
    const rate = list.find(option => option.user === user && option.server === server)?.rateMbps
    return rate === undefined ? sum : sum + Math.log(rate / (load.get(server) ?? 1))
  }, 0)
}

/** Every choice of servers, by counting; a user without options stays at −1. */
function bestByTrying(list: readonly SharingOption[]): number {
  const users = usersOf(list)
  let best = Number.NEGATIVE_INFINITY
  const choose = (user: number, choice: number[]) => {
    if (user === users) {
      best = Math.max(best, sumLogOf(list, choice))
      return
    }
    const own = list.filter(option => option.user === user)
    if (own.length === 0) choose(user + 1, [...choice, -1])
    for (const { server } of own) choose(user + 1, [...choice, server])
  }
  choose(0, [])
  return best
}

describe('fairness (PRAN-10)', () => {
  it('no single move raises Σ ln R, and what is reported is what was chosen', () => {
    fc.assert(
      fc.property(options, list => {
        const share = shareFairly(usersOf(list), SERVERS, list)
        expect(share.sumLog).toBeCloseTo(sumLogOf(list, share.server), 9)
        for (const { user, server } of list) {
          const moved = share.server.map((own, i) => (i === user ? server : own))
          expect(sumLogOf(list, moved)).toBeLessThanOrEqual(share.sumLog + 1e-6)
        }
        expect(share.jain).toBeCloseTo(jainIndex(share.rateMbps), 12)
      }),
    )
  })

  it('is close to the best choice there is, and mostly is it', () => {
    let [runs, best] = [0, 0]
    fc.assert(
      fc.property(options, list => {
        const gap = bestByTrying(list) - shareFairly(usersOf(list), SERVERS, list).sumLog
        expect(gap).toBeGreaterThan(-1e-9)
        expect(gap).toBeLessThan(Math.log(2) * SERVERS)
        runs++
        if (gap < 1e-9) best++
      }),
      { numRuns: 120, seed: 5 },
    )
    expect(best / runs).toBeGreaterThan(0.8)
  })

  it('spreads users that the best rate alone would crowd', () => {
    const list = [0, 1, 2, 3].flatMap(user => [
      { user, server: 0, rateMbps: 100 },
      { user, server: 1, rateMbps: 60 },
    ])
    expect([...shareFairly(4, 2, list).server].sort()).toEqual([0, 0, 1, 1])
  })

  it('knows Jain’s index and refuses what it cannot share', () => {
    expect(jainIndex([1, 1, 1])).toBe(1)
    expect(jainIndex([1, 0, 0, 0])).toBe(0.25)
    expect(jainIndex([0, 0])).toBe(1)
    expect(() => jainIndex([-1])).toThrow(/value is -1/)
    expect(() => shareFairly(1, 1, [{ user: 0, server: 0, rateMbps: 0 }])).toThrow(/rateMbps/)
    const twice = { user: 0, server: 0, rateMbps: 1 }
    expect(() => shareFairly(1, 1, [twice, twice])).toThrow(/twice/)
  })
})

const wishes: fc.Arbitrary<Wishes> = fc
  .record({
    rows: fc.array(
      fc.uniqueArray(fc.record({ sharer: fc.nat(5), worth: fc.nat(6) }), { selector: wish => wish.sharer }),
      {
        minLength: 1,
        maxLength: 14,
      },
    ),
    capacity: fc.array(fc.nat(3), { minLength: 6, maxLength: 6 }),
  })
  .map(({ rows, capacity }) => {
    const starts = [0]
    for (const row of rows) starts.push((starts.at(-1) ?? 0) + row.length)
    const flat = rows.flat()
    return {
      starts: Int32Array.from(starts),
      choices: Int32Array.from(flat, wish => wish.sharer),
      worth: Float64Array.from(flat, wish => wish.worth),
      capacity: Int32Array.from(capacity),
    }
  })

describe('stability (PRAN-11)', () => {
  it('leaves no blocking pair, takes nobody twice and no sharer above its capacity', () => {
    fc.assert(
      fc.property(wishes, wish => {
        const match = matchStably(wish)
        expect(blockingPairs(wish, match)).toEqual([])
        wish.capacity.forEach((capacity, sharer) => {
          expect(match.filter(taken => taken === sharer).length).toBeLessThanOrEqual(capacity)
        })
        match.forEach((sharer, user) => {
          const own = wish.choices.slice(wish.starts[user], wish.starts[user + 1])
          expect(sharer === -1 || own.includes(sharer)).toBe(true)
        })
      }),
      { numRuns: 250 },
    )
  })

  it('gives every user the best sharer of any stable outcome', () => {
    fc.assert(
      fc.property(
        wishes.filter(wish => wish.starts.length <= 6 && new Set(wish.worth).size === wish.worth.length),
        wish => {
          const rank = (match: Int32Array, user: number) => {
            const own = [...wish.choices.slice(wish.starts[user], wish.starts[user + 1])]
            const at = own.indexOf(match[user] ?? -1)
            return at < 0 ? own.length : at
          }
          const found = matchStably(wish)
          for (const other of everyStable(wish)) {
            found.forEach((_, user) => {
              expect(rank(found, user)).toBeLessThanOrEqual(rank(other, user))
            })
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('sees a blocking pair where there is one', () => {
    const wish = {
      starts: Int32Array.of(0, 1, 2),
      choices: Int32Array.of(0, 0),
      worth: Float64Array.of(1, 2),
      capacity: Int32Array.of(1),
    }
    expect([...matchStably(wish)]).toEqual([-1, 0])
    expect(blockingPairs(wish, Int32Array.of(0, -1))).toEqual([[1, 0]])
    expect(blockingPairs(wish, Int32Array.of(-1, -1))).toHaveLength(2)
    expect(() => matchStably({ ...wish, choices: Int32Array.of(0, 1) })).toThrow(/no sharer 1/)
    expect(() => matchStably({ ...wish, starts: Int32Array.of(0, 3, 2) })).toThrow(/starts/)
  })
})

function everyStable(wish: Wishes): Int32Array[] {
  const users = wish.starts.length - 1
  const found: Int32Array[] = []
  const choose = (match: number[]) => {
    if (match.length === users) {
      const taken = Int32Array.from(match)
      const fits = wish.capacity.every((capacity, sharer) => taken.filter(own => own === sharer).length <= capacity)
      if (fits && blockingPairs(wish, taken).length === 0) found.push(taken)
      return
    }
    const own = wish.choices.slice(wish.starts[match.length], wish.starts[match.length + 1])
    for (const sharer of [-1, ...own]) choose([...match, sharer])
  }
  choose([])
  return found
}
