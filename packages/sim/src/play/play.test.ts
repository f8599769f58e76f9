import { describe, expect, it } from 'vitest'
import { small } from '../testing/scenario.js'
import { playScenario, runScenario } from './index.js'
import type { Frame } from './types.js'

const scenario = small()
const result = runScenario(scenario, 7)
const metric = (name: string) => result.metrics[name] ?? Number.NaN

describe('a run', () => {
  it('gives the same bytes for the same seed, and others for another (SIM-4)', () => {
    expect(JSON.stringify(runScenario(scenario, 7))).toBe(JSON.stringify(result))
    expect(JSON.stringify(runScenario(scenario, 8).metrics)).not.toBe(JSON.stringify(result.metrics))
  })

  it('serves relayed traffic by real sessions that are settled on the real ledger (SIM-6)', () => {
    expect(metric('relay.sessions')).toBeGreaterThan(10)
    expect(metric('relay.paidRounds')).toBeGreaterThanOrEqual(metric('relay.sessions'))
    expect(metric('relay.disputes')).toBe(0)
    expect(result.ledger.settlements).toBeGreaterThan(10)
    expect(Object.keys(result.ledger.refused)).toEqual([])
    expect(result.ledger.appHash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('shows what P-RAN adds: more coverage and less given up, never less', () => {
    expect(metric('coverage.with')).toBeGreaterThan(metric('coverage.without'))
    expect(metric('delivered.with')).toBeGreaterThan(metric('delivered.without'))
    expect(metric('offload')).toBeGreaterThan(0)
    result.maps.with.forEach((share, i) => {
      expect(share).toBeGreaterThanOrEqual(result.maps.without[i] ?? 1)
    })
  })

  it('pays sharers from fees and the pool, and the pool never more than it had', () => {
    const paid = result.incomes.reduce((sum, one) => sum + one, 0)
    expect(paid).toBeGreaterThan(0)
    expect(paid).toBeCloseTo(0.6 * metric('money.fees') + metric('money.poolPaid'), 6)
    const { pool, incomePerEpoch, epochS } = scenario.money
    const given = pool + (incomePerEpoch * scenario.durationS) / epochS + incomePerEpoch
    expect(metric('money.poolLeft') + metric('money.poolPaid')).toBeLessThanOrEqual(given + 1e-9)
  })

  it('is without P-RAN where relays are switched off', () => {
    const off = runScenario(small({ relay: { maxHops: 1 } }), 7)
    expect(off.metrics['relay.sessions']).toBe(0)
    expect(off.metrics['coverage.with']).toBe(off.metrics['coverage.without'])
    expect(off.metrics['delivered.with']).toBe(off.metrics['delivered.without'])
    expect(off.metrics['delivered.without']).toBe(metric('delivered.without'))
  })

  it('gets nobody to share who expects less than it costs', () => {
    const dear = runScenario(small({ sharing: { minReserve: 50, maxReserve: 60, advertised: 1 } }), 7)
    expect(dear.metrics['sharers.activeMean']).toBe(0)
    expect(dear.metrics.offload).toBe(0)
  })

  it('covers more the more share: cov(S) never falls', () => {
    const { coverage } = result
    expect(coverage[0]).toMatchObject({ sharers: 0, reach: 0 })
    coverage.slice(1).forEach((point, i) => {
      expect(point.reach).toBeGreaterThanOrEqual(coverage[i]?.reach ?? 1)
      expect(point.served).toBeGreaterThanOrEqual(coverage[i]?.served ?? 1)
    })
    expect(coverage.at(-1)?.reach).toBeGreaterThan(0.1)
  })

  it('conserves traffic: delivered, given up and left over make what was offered', () => {
    for (const world of ['without', 'with']) {
      const sum = metric(`delivered.${world}`) + metric(`givenUp.${world}`)
      expect(sum).toBeLessThanOrEqual(1 + 1e-9)
      expect(sum).toBeGreaterThan(0.5)
    }
  })
})

describe('frames', () => {
  it('are plain JSON, one per step, and do not change the result', () => {
    const frames: Frame[] = []
    const again = runScenario(scenario, 7, { onStep: frame => frames.push(frame) })
    expect(JSON.stringify(again)).toBe(JSON.stringify(result))
    expect(frames).toHaveLength(60)
    const last = frames.at(-1)
    expect(JSON.parse(JSON.stringify(last))).toEqual(last)
    expect(last?.xM).toHaveLength(80)
    expect(frames.some(frame => frame.links.some(link => link.path.length > 1))).toBe(true)
  })

  it('never show more users at a sharer than it takes, nor a path through one that does not share', () => {
    const crowded = small({
      relay: { slots: 2 },
      terminals: [
        { name: 'inside', count: 250, indoorShare: 1 },
        { name: 'walkers', count: 15, sharerShare: 1 },
      ],
    })
    let most = 0
    runScenario(crowded, 3, {
      onStep: ({ links, shares }) => {
        const users = new Map<number, number>()
        for (const { path } of links) {
          for (const sharer of path.slice(1)) expect(shares[sharer]).toBe(1)
          const [, first] = path
          if (first !== undefined) users.set(first, (users.get(first) ?? 0) + 1)
        }
        most = Math.max(most, ...users.values())
      },
    })
    expect(most).toBe(2)
  })

  it('keep a relay that still carries', () => {
    const { metrics } = runScenario(small({ durationS: 120 }), 7)
    expect(metrics['relay.changes']).toBeLessThan((metrics['relay.sessions'] ?? 0) / 4)
  })

  it('can be pulled one by one and left at any time', () => {
    const play = playScenario(scenario, 7)
    expect(play.next().value).toMatchObject({ step: 1, steps: 60, timeS: 1 })
    expect(play.next().value).toMatchObject({ step: 2 })
    play.return(result)
    expect(() => runScenario(scenario, -1)).toThrow(/seed is -1/)
  })
})
