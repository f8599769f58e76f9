import { describe, expect, it } from 'vitest'
import { Radio } from '../radio/index.js'
import { small } from '../testing/scenario.js'
import { Backlog, Demand } from './demand.js'
import { baseMw, flowNjPerBit, sharerMjPerByte } from './energy.js'
import { divide, type Flow } from './flows.js'
import { Rewards } from './rewards.js'
import { Sharers } from './sharers.js'
import { createTerminals } from './terminals.js'

const flow = (terminal: number, path: readonly number[], directMbps: readonly number[], cellMbps: number): Flow => {
  return { terminal, cell: 0, path, directMbps, cellMbps, rateMbps: 0 }
}

function rates(flows: readonly Flow[]): number[] {
  divide(flows, small({ cells: [{ xM: 1, yM: 1 }] }))
  return flows.map(one => one.rateMbps)
}

describe('dividing time', () => {
  const scenario = small({ cells: [{ xM: 1, yM: 1 }] })
  const shared = small({ cells: [{ xM: 1, yM: 1 }], relay: { medium: 'shared' } })
  const chain = () => flow(1, [1, 2], [360.3], 246.05)

  it('gives one relayed flow what the whole chain carries: 246.05 on separate bands, 146.2 on a shared one', () => {
    const [apart, together] = [chain(), chain()]
    divide([apart], scenario)
    divide([together], shared)
    expect(apart.rateMbps).toBeCloseTo(246.05, 9)
    expect(together.rateMbps).toBeCloseTo(146.2, 1)
  })

  it('divides cells over all their flows and sharers over theirs', () => {
    expect(rates([flow(1, [1], [], 90), flow(2, [2], [], 30), flow(3, [3, 9], [20], 60)])).toEqual([30, 10, 20])
    expect(rates([flow(3, [3, 9], [20], 90), flow(4, [4, 9], [12], 90)])).toEqual([10, 6])
  })

  it('keeps the backhaul', () => {
    const flows = [flow(1, [1], [], 90), flow(2, [2], [], 30)]
    divide(flows, small({ cells: [{ xM: 1, yM: 1, backhaulMbps: 20 }] }))
    expect(flows.map(one => one.rateMbps)).toEqual([15, 5])
  })
})

describe('energy', () => {
  it('is Σ (Ptx + Prx)/R over the hops', () => {
    const base = baseMw('uma', 44)
    expect(base).toBeCloseTo(224_000, 6)
    expect(flowNjPerBit(flow(1, [1], [], 100), base)).toBeCloseTo((224_000 + 51.97 * 100 + 1_288.04) / 100, 6)
    const hop = (283.17 * 50 + 132.86 + 137.01 * 50 + 132.86) / 50
    expect(flowNjPerBit(flow(1, [1, 2], [50], 100), base) - flowNjPerBit(flow(1, [1], [], 100), base)).toBeCloseTo(
      hop,
      6,
    )
    expect(baseMw('satellite', 30)).toBeCloseTo(1_000, 9)
  })

  it('costs a sharer what it receives and sends', () => {
    const cost = sharerMjPerByte(flow(1, [1, 2], [50], 100), 1)
    const nanojoules = (51.97 * 100 + 1_288.04) / 100 + (283.17 * 50 + 132.86) / 50
    expect(cost).toBeCloseTo(nanojoules * 8e-6, 12)
    const middle = sharerMjPerByte(flow(1, [1, 2, 3], [50, 25], 100), 1)
    expect(middle).toBeCloseTo(((137.01 * 25 + 132.86) / 25 + (283.17 * 50 + 132.86) / 50) * 8e-6, 12)
  })
})

describe('demand', () => {
  it('arrives as often and as large as it should, the same in both worlds', () => {
    const scenario = small({ traffic: { sessionsPerHour: 360, meanMB: 2, spread: 0.8 }, stepS: 0.5 })
    const terminals = createTerminals(scenario, new Radio(scenario, 1), 1)
    const worlds = [new Backlog(terminals.count, 60), new Backlog(terminals.count, 60)]
    const demand = new Demand(scenario, terminals, 1)
    for (let step = 0; step < 4_000; step++) demand.arrive(step, step / 2, worlds)
    // 40 people with demand 1, 40 with 0.2; 2,000 s; a step holds at most one session: 1 − e^(−λ).
    const expected = 4_000 * (40 * -Math.expm1(-0.05) + 40 * -Math.expm1(-0.01)) * 2e6
    expect((worlds[0]?.offered ?? 0) / expected).toBeGreaterThan(0.96)
    expect((worlds[0]?.offered ?? 0) / expected).toBeLessThan(1.04)
    expect(worlds[1]).toEqual(worlds[0])
  })

  it('gives up after its patience, and counts what it lost', () => {
    const backlog = new Backlog(2, 10)
    backlog.add(0, 1_000, 0)
    backlog.add(1, 500, 5)
    backlog.carried(0, 400)
    expect(backlog.active(10, 1)).toEqual([0, 1])
    expect(backlog.active(11, 1)).toEqual([1])
    expect(backlog.givenUp).toBe(600)
    backlog.carried(1, 500)
    expect(backlog.active(12, 1)).toEqual([])
  })
})

describe('sharers', () => {
  const scenario = small({
    relay: { maxHops: 2 },
    sharing: { minReserve: 0.01, maxReserve: 0.02, advertised: 1, dataCapGB: 1 },
  })
  const terminals = createTerminals(scenario, new Radio(scenario, 1), 1)
  const levels = (dbm: number) => new Float64Array(terminals.count).fill(dbm)
  const [one = -1] = [...terminals.owner.keys()].filter(i => terminals.owner[i] === 1)

  it('share inside the window of levels, with hysteresis at its edges', () => {
    const sharers = new Sharers(scenario, terminals, 1)
    const active = (dbm: number) => {
      sharers.update(levels(dbm))
      return sharers.active[one]
    }
    expect([-113, -111, -114.9, -115.1, -90, -51, -49].map(active)).toEqual([0, 1, 1, 0, 1, 1, 0])
    expect(active(Number.NEGATIVE_INFINITY)).toBe(0)
  })

  it('stop when the data package or the battery is used up', () => {
    const sharers = new Sharers(scenario, terminals, 1)
    sharers.spend(one, 0.999e9, 0)
    sharers.update(levels(-90))
    expect(sharers.active[one]).toBe(1)
    sharers.spend(one, 0.002e9, 0)
    sharers.update(levels(-90))
    expect(sharers.active[one]).toBe(0)
    const tired = new Sharers(scenario, terminals, 1)
    tired.spend(one, 0, 15 * 3_600_000)
    tired.update(levels(-90))
    expect(tired.active[one]).toBe(0)
  })

  it('leave when pay stays away, and come back when others tell of it', () => {
    const poor = small({ sharing: { minReserve: 0.5, maxReserve: 0.6, advertised: 1 } })
    const sharers = new Sharers(poor, terminals, 1)
    const all = sharers.count('willing')
    expect(all).toBe(40)
    sharers.learn(1)
    expect(sharers.count('willing')).toBe(40)
    sharers.learn(1)
    expect(sharers.count('willing')).toBe(0)
    const [first = 0] = sharers.owners
    const half = new Sharers(small({ sharing: { minReserve: 0.01, maxReserve: 2, advertised: 0.5 } }), terminals, 1)
    const before = half.count('willing')
    expect(before).toBeLessThan(40)
    for (let epoch = 0; epoch < 30; epoch++) {
      for (const owner of half.owners) half.earn(owner, owner === first ? 5 : 3)
      half.learn(1)
    }
    expect(half.count('willing')).toBe(40)
  })
})

describe('rewards', () => {
  const scenario = small({ money: { perGiB: 5, pool: 10, poolPerEpoch: 2, maxPerGB: 1 } })
  const terminals = createTerminals(scenario, new Radio(scenario, 1), 1)
  const served = {
    number: 1,
    user: 0,
    sharers: [50],
    bytes: 10n ** 9n,
    activeS: 100,
    continuity: 1,
    directMbps: 0,
    price: 1n,
  }
  const paid = (session: object) => {
    const rewards = new Rewards(scenario, terminals, 1)
    rewards.measure(new Float64Array(terminals.count).fill(-90))
    rewards.score({ ...served, ...session })
    return rewards.payOut()
  }

  it('pay served bytes by quality, split over the chain, never above the rate', () => {
    const [[sharer, alone] = [0, 0n]] = paid({})
    expect(sharer).toBe(50)
    expect(alone).toBeGreaterThan(500_000n)
    expect(alone).toBeLessThanOrEqual(1_200_000n)
    const two = paid({ sharers: [50, 60] })
    expect(two.map(([who]) => who)).toEqual([50, 60])
    for (const [, part] of two) expect(part).toBeLessThanOrEqual(alone / 2n)
    expect(paid({ continuity: 0.5 })[0]?.[1]).toBeLessThan(alone)
  })

  it('pay nothing where the cell serves well enough, and nothing for nothing', () => {
    expect(paid({ directMbps: 10 })[0]?.[1]).toBe(0n)
    expect(paid({ bytes: 0n })).toEqual([])
  })

  it('pay more where others measure weak coverage', () => {
    const rewards = new Rewards(scenario, terminals, 1)
    const crowd = { ...terminals, xM: new Float64Array(80), yM: new Float64Array(80) }
    const weak = new Rewards(scenario, crowd, 1)
    for (const [one, level] of [[rewards, -90], [weak, -120]] as const) one.measure(new Float64Array(80).fill(level)) // biome-ignore format: pairs
    for (const one of [rewards, weak]) one.score({ ...served, bytes: 10n ** 8n })
    expect(weak.payOut()[0]?.[1]).toBeGreaterThan((rewards.payOut()[0]?.[1] ?? 0n) * 2n)
  })

  it('never pay more than the pool gives in an epoch', () => {
    const rewards = new Rewards(scenario, terminals, 1)
    for (let number = 0; number < 20; number++) rewards.score({ ...served, number })
    const sum = rewards.payOut().reduce((all, [, amount]) => all + amount, 0n)
    expect(sum).toBe(2_000_000n)
    expect([rewards.pool, rewards.paid]).toEqual([8_000_000n, 2_000_000n])
  })
})
