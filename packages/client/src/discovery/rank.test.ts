import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Offer } from '../api/index.js'
import { NOTHING_MEASURED, observe } from './quality.js'
import { metresBetween, rankOffers } from './rank.js'

const base: Offer = {
  id: 'a',
  version: 1,
  provider: 'did:key:a',
  providerName: 'A',
  networkType: 'campus',
  type: 'access',
  name: 'A',
  terms: {
    tariff: { asset: 'credit', perGiB: 1_000_000n, perHour: 0n },
    trialMs: 2_000,
    restMs: 8_000,
    toleranceBps: 500,
    toleranceBytes: 0n,
    maxUnpaid: 20_000n,
    maxUnpaidCap: 20_000n,
    shares: [],
  },
  node: 'http://127.0.0.1:1',
  area: { lat: 51.5, lon: 0, radiusM: 500 },
  slice: null,
  dataNetworks: [],
  hops: 0,
  quality: { sessions: 10 },
  expiresAt: 0,
}
const offer = (id: string, change: Partial<Offer> = {}): Offer => ({
  ...base,
  id,
  provider: `did:key:${id}`,
  ...change,
})
const at = (perGiB: bigint) => ({ terms: { ...base.terms, tariff: { ...base.terms.tariff, perGiB } } })
const expected = { bytes: 1_073_741_824n, elapsedMs: 0 }
const order = (offers: Offer[], context = {}) => rankOffers(offers, { expected, ...context }).map(one => one.offer.id)

describe('ranking', () => {
  it.each([
    ['the cheaper', offer('x', at(2_000_000n)), offer('y')],
    ['the one with a history', offer('x', { quality: { sessions: 0 } }), offer('y')],
    ['the one with fewer relays', offer('x', { hops: 2 }), offer('y')],
  ])('prefers %s when all else is equal', (_, worse, better) => {
    expect(order([worse, better])).toEqual(['y', 'x'])
  })

  it('prefers the one whose area covers the device', () => {
    const far = offer('x', { area: { lat: 52.5, lon: 0, radiusM: 500 } })
    expect(order([far, offer('y')], { at: { lat: 51.5, lon: 0 } })).toEqual(['y', 'x'])
  })

  it.each([
    ['quicker', { latencyMs: 900, failed: false }, { latencyMs: 9, failed: false }],
    ['more reliable', { failed: true }, { failed: false }],
  ])('prefers the one that was measured as %s', (_, ofX, ofY) => {
    const seen = [['x', ofX] as const, ['y', ofY] as const]
    const quality = new Map(seen.map(([id, one]) => [`did:key:${id}`, observe(NOTHING_MEASURED, one)]))
    expect(order([offer('x'), offer('y')], { quality })).toEqual(['y', 'x'])
  })

  it('puts a provider whose count this device disputed behind all others, however cheap, and says so', () => {
    const quality = new Map([['did:key:x', observe(NOTHING_MEASURED, { disputed: true })]])
    const cheap = offer('x', { ...at(1n), quality: { sessions: 9_999 } })
    const dear = offer('y', { ...at(9_000_000n), hops: 3, quality: { sessions: 0 } })
    expect(order([cheap, dear])).toEqual(['x', 'y'])
    expect(order([cheap, dear], { quality })).toEqual(['y', 'x'])
    const [only] = rankOffers([cheap], { expected, quality })
    expect(only?.reasons).toContainEqual({ part: 'quality', value: 0, weight: 20, why: '1 disputed with this device' })
    expect(
      order([cheap, offer('z')], { quality: new Map([...quality, ['did:key:z', observe(NOTHING_MEASURED, {})]]) }),
    ).toEqual(['z', 'x'])
  })

  it('leaves out what is too dear or in another asset', () => {
    expect(order([offer('x', at(2_000_000n)), offer('y')], { maxPrice: 1_500_000n })).toEqual(['y'])
    expect(order([offer('x')], { asset: 'shells' })).toEqual([])
  })

  it('explains the score: the reasons add up to it', () => {
    const [ranked] = rankOffers([offer('x')], { expected })
    const sum = ranked?.reasons.reduce((total, { value, weight }) => total + value * weight, 0)
    expect(sum).toBe(ranked?.score)
    expect(ranked?.reasons.map(one => one.part)).toEqual(['price', 'trust', 'quality', 'hops', 'distance'])
    expect(ranked?.reasons[1]?.why).toBe('10 sessions settled')
  })

  it('does not depend on the order offers come in, and keeps scores within 0..100', () => {
    const offers = fc.uniqueArray(
      fc.record({
        id: fc.string({ minLength: 1 }),
        perGiB: fc.bigInt(0n, 10n ** 12n),
        hops: fc.nat(9),
        sessions: fc.nat(99),
      }),
      { selector: one => one.id, maxLength: 8 },
    )
    fc.assert(
      fc.property(offers, list => {
        const made = list.map(({ id, perGiB, hops, sessions }) =>
          offer(id, { ...at(perGiB), hops, quality: { sessions } }),
        )
        const ranked = rankOffers(made, { expected })
        expect(rankOffers([...made].reverse(), { expected })).toEqual(ranked)
        expect(ranked.every(({ score }) => score >= 0 && score <= 100)).toBe(true)
      }),
    )
  })
})

describe('measuring', () => {
  it('starts with the first value and follows the newest', () => {
    const once = observe(NOTHING_MEASURED, { latencyMs: 100, failed: false })
    expect(once).toMatchObject({ latencyMs: 100, failureRate: 0, samples: 1 })
    const then = observe(once, { latencyMs: 200, failed: true })
    expect(then.latencyMs).toBeCloseTo(130)
    expect(then.failureRate).toBeCloseTo(0.3)
    expect(observe(then, { bytesPerSecond: 5 })).toMatchObject({ bytesPerSecond: 5, failureRate: then.failureRate })
    const disputed = observe(observe(then, { disputed: true }), { latencyMs: 9, failed: false })
    expect([then.disputes, disputed.disputes]).toEqual([0, 1])
  })

  it('knows how far London is from Paris', () => {
    const metres = metresBetween({ lat: 51.5074, lon: -0.1278 }, { lat: 48.8566, lon: 2.3522 })
    expect(Math.round(metres / 1_000)).toBe(344)
  })
})
