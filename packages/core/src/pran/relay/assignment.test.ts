import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../random/index.js'
import { type AssignmentProblem, assign, dispatch, minCostFlow, sharerUnits } from './index.js'

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const range = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('minimum-cost flow', () => {
  it('equals the best permutation on 150 random square cost tables', () => {
    const random = createRandom(1)
    for (let run = 0; run < 150; run++) {
      const n = 1 + random.below(6)
      const cost = range(n).map(() => range(n).map(() => random.below(20)))
      const edges = [
        ...range(n).map(i => ({ from: 0, to: 1 + i, capacity: 1, cost: 0 })),
        ...range(n).map(j => ({ from: 1 + n + j, to: 1 + 2 * n, capacity: 1, cost: 0 })),
        ...range(n * n).map(k => ({
          from: 1 + Math.floor(k / n),
          to: 1 + n + (k % n),
          capacity: 1,
          cost: cost[Math.floor(k / n)]?.[k % n] ?? 0,
        })),
      ]
      const flow = minCostFlow(2 * n + 2, edges, 0, 2 * n + 1)
      expect(flow.amount).toBe(n)
      expect(flow.cost).toBe(cheapestPermutation(cost))
    }
  })

  it('keeps capacities, conserves flow and stops at the limit', () => {
    const edges = [
      { from: 0, to: 1, capacity: 5, cost: 1 },
      { from: 0, to: 2, capacity: 5, cost: 4 },
      { from: 1, to: 2, capacity: 2, cost: 1 },
      { from: 1, to: 3, capacity: 2, cost: 5 },
      { from: 2, to: 3, capacity: 9, cost: 1 },
    ]
    expect(minCostFlow(4, edges, 0, 3)).toEqual({ amount: 9, cost: 2 * 3 + 5 * 5 + 2 * 6, onEdge: [4, 5, 2, 2, 7] })
    expect(minCostFlow(4, edges, 0, 3, 3)).toMatchObject({ amount: 3, cost: 2 * 3 + 5 })
    expect(minCostFlow(4, edges, 3, 0).amount).toBe(0)
  })

  it('refuses halves, negative costs and unknown nodes', () => {
    const edge = { from: 0, to: 1, capacity: 1, cost: 1 }
    expect(() => minCostFlow(2, [{ ...edge, capacity: 0.5 }], 0, 1)).toThrow(/capacity is 0.5/)
    expect(() => minCostFlow(2, [{ ...edge, cost: -1 }], 0, 1)).toThrow(/cost is -1/)
    expect(() => minCostFlow(2, [{ ...edge, to: 2 }], 0, 1)).toThrow(/to is 2/)
  })
})

function cheapestPermutation(cost: readonly (readonly number[])[], row = 0, used = 0): number {
  if (row === cost.length) return 0
  return Math.min(
    ...range(cost.length)
      .filter(column => (used & (1 << column)) === 0)
      .map(column => (cost[row]?.[column] ?? 0) + cheapestPermutation(cost, row + 1, used | (1 << column))),
  )
}

function randomProblem(random: Random): AssignmentProblem {
  const [users, sharers, cells] = [1 + random.below(4), 1 + random.below(2), 1 + random.below(2)]
  const hop = () => ({ capacityUnits: 1 + random.below(2), cost: random.below(9) })
  const some = <T>(list: readonly T[]) => list.filter(() => random.uniform() < 0.7)
  const pairs = (a: number, b: number) => range(a * b).map(k => [Math.floor(k / b), k % b] as const)
  return {
    users: range(users).map(() => ({ units: 1 })),
    sharers: range(sharers).map(() => ({
      batteryMj: random.below(16),
      energyPerUnitMj: 1 + random.below(3),
      dataUnits: random.below(4),
    })),
    cells: range(cells).map(() => ({ backhaulUnits: random.below(5) })),
    access: some(pairs(users, sharers)).map(([user, sharer]) => ({ user, sharer, ...hop() })),
    direct: some(some(pairs(users, cells))).map(([user, cell]) => ({ user, cell, ...hop() })),
    uplinks: some(pairs(sharers, cells)).map(([sharer, cell]) => ({ sharer, cell, ...hop() })),
  }
}

interface Way {
  readonly sharer: number | undefined
  readonly cell: number
  readonly cost: number
  readonly uplink: number | undefined
}

/** Tries every way for every user of one unit: most served first, then cheapest. */
function bestByTrying(problem: AssignmentProblem): { served: number; cost: number } {
  const ways = problem.users.map((_, user): (Way | undefined)[] => [
    undefined,
    ...problem.direct
      .filter(hop => hop.user === user)
      .map(({ cell, cost }) => ({ sharer: undefined, cell, cost, uplink: undefined })),
    ...problem.access
      .filter(hop => hop.user === user)
      .flatMap(access =>
        problem.uplinks.flatMap(({ sharer, cell, cost }, uplink) =>
          sharer === access.sharer ? [{ sharer, cell, cost: cost + access.cost, uplink }] : [],
        ),
      ),
  ])
  let best = { served: 0, cost: 0 }
  const choose = (user: number, chosen: readonly Way[]) => {
    if (user === ways.length) {
      const found = { served: chosen.length, cost: sum(chosen.map(way => way.cost)) }
      const better = found.served > best.served || (found.served === best.served && found.cost < best.cost)
      if (better && fits(problem, chosen)) best = found
      return
    }
    for (const way of ways[user] ?? []) choose(user + 1, way === undefined ? chosen : [...chosen, way])
  }
  choose(0, [])
  return best
}

function fits(problem: AssignmentProblem, chosen: readonly Way[]): boolean {
  const count = (test: (way: Way) => boolean) => chosen.filter(test).length
  return (
    problem.cells.every(({ backhaulUnits }, i) => count(way => way.cell === i) <= backhaulUnits) &&
    problem.sharers.every((limits, i) => count(way => way.sharer === i) <= sharerUnits(limits)) &&
    problem.uplinks.every(({ capacityUnits }, i) => count(way => way.uplink === i) <= capacityUnits)
  )
}

describe('assignment (PRAN-9)', () => {
  it('equals trying everything on 400 random small problems, and its parts keep every limit', () => {
    const random = createRandom(9)
    let relayed = 0
    for (let run = 0; run < 400; run++) {
      const problem = randomProblem(random)
      const { parts, servedUnits, cost } = assign(problem)
      expect({ served: servedUnits, cost }).toEqual(bestByTrying(problem))
      expect(sum(parts.map(part => part.units))).toBe(servedUnits)
      problem.cells.forEach(({ backhaulUnits }, i) => {
        expect(sum(parts.filter(part => part.cell === i).map(part => part.units))).toBeLessThanOrEqual(backhaulUnits)
      })
      problem.sharers.forEach((limits, i) => {
        const units = sum(parts.filter(part => part.sharer === i).map(part => part.units))
        expect(units).toBeLessThanOrEqual(sharerUnits(limits))
      })
      relayed += parts.filter(part => part.sharer !== undefined).length
    }
    expect(relayed).toBeGreaterThan(100)
  })

  it('splits a user that no sharer can serve alone', () => {
    const limits = { batteryMj: 100, energyPerUnitMj: 10, dataUnits: 3 }
    const hop = { capacityUnits: 10, cost: 1 }
    const problem = {
      users: [{ units: 5 }],
      sharers: [limits, limits],
      cells: [{ backhaulUnits: 100 }],
      access: [0, 1].map(sharer => ({ user: 0, sharer, ...hop })),
      direct: [],
      uplinks: [0, 1].map(sharer => ({ sharer, cell: 0, ...hop })),
    }
    const { parts, servedUnits, cost } = assign(problem)
    expect([servedUnits, cost, parts.length]).toEqual([5, 10, 2])
    expect(() => assign({ ...problem, uplinks: [{ sharer: 2, cell: 0, ...hop }] })).toThrow(/sharer is 2/)
    expect(() => assign({ ...problem, sharers: [{ ...limits, batteryMj: -1 }, limits] })).toThrow(/batteryMj/)
  })
})

describe('dispatch of one batch (PRAN-9)', () => {
  it('matches as many as possible at the least total cost, each at most once', () => {
    const options = [
      { request: 0, sharer: 0, cost: 1 },
      { request: 0, sharer: 1, cost: 4 },
      { request: 1, sharer: 0, cost: 2 },
      { request: 2, sharer: 1, cost: 9 },
    ]
    // Taking the cheapest first would leave request 1 or 2 alone.
    expect([...dispatch(3, 2, options)]).toEqual([1, 0, -1])
    expect([...dispatch(3, 3, [...options, { request: 2, sharer: 2, cost: 50 }])]).toEqual([1, 0, 2])
    expect(() => dispatch(1, 1, [{ request: 1, sharer: 0, cost: 0 }])).toThrow(/request is 1/)
  })
})
