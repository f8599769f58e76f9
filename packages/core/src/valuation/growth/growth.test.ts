import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bassPeak,
  bassShare,
  crossEffects,
  type GrowthParams,
  grow,
  poissonCoverage,
  tabulatedCoverage,
} from './index.js'

const PARAMS: GrowthParams = {
  users: { market: 1e6, innovation: 0.01, imitation: 0.3, coupling: 0.2, promotion: 0.05, churn: 0.05, initial: 1000 },
  sharers: { market: 1e5, innovation: 0.01, imitation: 0.2, coupling: 0.2, promotion: 0.05, churn: 0.05, initial: 500 },
  operator: { innovation: 0.05, imitation: 0.4, fade: 0.05, initial: 0.2 },
  reward: { poolPerUser: 10, cap: 200, half: 50 },
}
const coverage = poissonCoverage(2e8, 50)
const refused = (code: string) => expect.objectContaining({ code })

describe('Bass', () => {
  it('starts at 0, never falls, never passes 1', () => {
    const rate = fc.double({ min: 0.001, max: 1, noNaN: true })
    fc.assert(
      fc.property(rate, rate, fc.double({ min: 0, max: 100, noNaN: true }), (p, q, time) => {
        const share = bassShare(time, p, q)
        expect(bassShare(0, p, q)).toBe(0)
        expect(share).toBeLessThanOrEqual(1)
        expect(bassShare(time + 1, p, q)).toBeGreaterThanOrEqual(share - 1e-12)
      }),
    )
  })

  it('grows fastest at its peak, which is the start if nobody imitates', () => {
    const slope = (time: number) => bassShare(time + 1e-4, 0.03, 0.38) - bassShare(time - 1e-4, 0.03, 0.38)
    const peak = bassPeak(0.03, 0.38)
    expect(slope(peak)).toBeGreaterThan(slope(peak - 0.2))
    expect(slope(peak)).toBeGreaterThan(slope(peak + 0.2))
    expect(bassPeak(0.1, 0.05)).toBe(0)
    expect(() => bassShare(1, 0, 0.3)).toThrow(refused('OUT_OF_RANGE'))
    expect(() => bassShare(-1, 0.1, 0.3)).toThrow(refused('OUT_OF_RANGE'))
  })
})

describe('growth of the three parties', () => {
  const alone: GrowthParams = {
    ...PARAMS,
    users: { ...PARAMS.users, innovation: 0.03, imitation: 0.38, coupling: 0, promotion: 0, churn: 0, initial: 0 },
  }

  it('is Bass diffusion where nothing couples', () => {
    const { points } = grow(alone, coverage, 10)
    points.forEach((point, time) => {
      expect(point.users / 1e6).toBeCloseTo(bassShare(time, 0.03, 0.38), 9)
    })
  })

  it('is moved by the coverage passed in', () => {
    const none = grow(PARAMS, () => 0, 8).points.at(-1)
    const full = grow(PARAMS, () => 1, 8).points.at(-1)
    expect(full?.users).toBeGreaterThan(none?.users ?? Number.NaN)
    expect(full?.sharers).toBeGreaterThan(none?.sharers ?? Number.NaN)
    expect(full?.coverage).toBe(1)
  })

  it('never lowers one party when another starts higher (X1 along the whole way)', () => {
    const share = fc.double({ min: 0.001, max: 0.4, noNaN: true })
    const raise = fc.constantFrom('users', 'sharers', 'operator')
    fc.assert(
      fc.property(share, share, share, raise, (users, sharers, effort, who) => {
        const start = (factor: Readonly<Record<string, number>>): GrowthParams => ({
          ...PARAMS,
          users: { ...PARAMS.users, initial: 1e6 * users * (factor.users ?? 1) },
          sharers: { ...PARAMS.sharers, initial: 1e5 * sharers * (factor.sharers ?? 1) },
          operator: { ...PARAMS.operator, initial: effort * (factor.operator ?? 1) },
        })
        const low = grow(start({}), coverage, 4).points
        const high = grow(start({ [who]: 1.5 }), coverage, 4).points
        high.forEach((point, time) => {
          expect(point.users).toBeGreaterThanOrEqual((low[time]?.users ?? 0) * (1 - 1e-9))
          expect(point.sharers).toBeGreaterThanOrEqual((low[time]?.sharers ?? 0) * (1 - 1e-9))
          expect(point.effort).toBeGreaterThanOrEqual((low[time]?.effort ?? 0) * (1 - 1e-9))
        })
      }),
      { numRuns: 30 },
    )
  })

  it('stays within its markets', () => {
    for (const { users, sharers, effort, reward } of grow(PARAMS, coverage, 60).points) {
      expect(users).toBeLessThanOrEqual(1e6)
      expect(sharers).toBeLessThanOrEqual(1e5)
      expect(effort).toBeLessThanOrEqual(1)
      expect(reward).toBeLessThan(PARAMS.reward.cap)
    }
  })

  it('refuses what has no meaning', () => {
    expect(() => grow(PARAMS, () => 1.2, 3)).toThrow(refused('COVERAGE_RANGE'))
    expect(() => grow(PARAMS, () => Number.NaN, 3)).toThrow(refused('COVERAGE_RANGE'))
    expect(() => grow(PARAMS, coverage, 0)).toThrow(refused('OUT_OF_RANGE'))
    const over = { ...PARAMS, users: { ...PARAMS.users, initial: 2e6 } }
    expect(() => grow(over, coverage, 3)).toThrow(/users.initial/)
    const negative = { ...PARAMS, sharers: { ...PARAMS.sharers, churn: -0.1 } }
    expect(() => grow(negative, coverage, 3)).toThrow(/sharers.churn/)
    expect(() => poissonCoverage(0, 50)).toThrow(/areaM2/)
  })

  it('stays within its market at the highest rates allowed, with coverage that jumps', () => {
    const wild = { ...PARAMS.users, innovation: 10, imitation: 10, coupling: 10, promotion: 10, churn: 10 }
    const swinging = (sharers: number) => (Math.floor(sharers * 1e6) % 2 === 0 ? 0 : 1)
    const { points } = grow({ ...PARAMS, users: wild }, swinging, 5)
    expect(points).toHaveLength(6)
    for (const point of points) expect(point.users).toBeLessThanOrEqual(wild.market)
  })
})

describe('coverage from a table', () => {
  it('goes straight from point to point and holds the last one', () => {
    const table = tabulatedCoverage([
      [0, 0],
      [100, 0.5],
      [300, 0.9],
    ])
    expect([0, 50, 100, 200, 300, 999].map(table)).toEqual([0, 0.25, 0.5, 0.7, 0.9, 0.9])
  })

  it('refuses what does not start at 0, does not rise, or is no share', () => {
    expect(() => tabulatedCoverage([])).toThrow(refused('SHAPE'))
    expect(() => tabulatedCoverage([[5, 0]])).toThrow(refused('SHAPE'))
    const twice: [number, number][] = [
      [0, 0],
      [0, 0.5],
    ]
    expect(() => tabulatedCoverage(twice)).toThrow(refused('SHAPE'))
    expect(() => tabulatedCoverage([[0, 1.5]])).toThrow(refused('OUT_OF_RANGE'))
  })
})

describe('X1', () => {
  const at = { users: 1e5, sharers: 2e4, effort: 0.4 }

  it('holds where all three take part', () => {
    expect(crossEffects(at, PARAMS, coverage)).toMatchObject({ allRise: true })
  })

  it('does not hold where coverage is complete or nothing goes into the pool', () => {
    expect(crossEffects(at, PARAMS, () => 1)).toMatchObject({ allRise: false, userFromSharers: 0 })
    const dry = { ...PARAMS, reward: { ...PARAMS.reward, poolPerUser: 0 } }
    expect(crossEffects(at, dry, coverage)).toMatchObject({ allRise: false, sharerFromUsers: 0 })
  })
})
