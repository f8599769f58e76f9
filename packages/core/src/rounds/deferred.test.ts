import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { price } from '../services/access/price.js'
import type { AccessTerms } from '../services/access/types.js'
import { providerRisk } from './risk.js'
import { calm } from './testing/calm.js'
import { type Scenario, World } from './testing/world.js'
import { COUNT_AGE_MS } from './timeline.js'

const TERMS: AccessTerms = { ...calm.terms, restMs: 600, maxUnpaid: 4_000n, maxUnpaidCap: 40_000n }
const later: Scenario = { ...calm, terms: TERMS, traffic: [], stop: { by: 'client', atMs: 30_000 }, verifyEvery: 8 }

const bytes = Array.from({ length: 300 }, (_, i) => ({ atMs: i * 100, up: 1_000, down: 20_000 }))

const scenario: fc.Arbitrary<Scenario> = fc.record({
  terms: fc.record({
    tariff: fc.record({
      asset: fc.constant('credit'),
      perGiB: fc.bigInt(0n, 10n ** 7n),
      perHour: fc.oneof(fc.bigInt(0n, 10n ** 6n), fc.bigInt(0n, 10n ** 7n)),
    }),
    trialMs: fc.integer({ min: 200, max: 800 }),
    restMs: fc.integer({ min: 0, max: 800 }),
    toleranceBps: fc.constant(500),
    toleranceBytes: fc.constant(262_144n),
    maxUnpaid: fc.oneof(fc.bigInt(1_000n, 3_000n), fc.bigInt(1_000n, 20_000n)),
    maxUnpaidCap: fc.bigInt(20_000n, 100_000n),
    shares: fc.constant([]),
  }),
  seed: fc.nat(),
  loss: fc.constantFrom(0, 0.1, 0.4),
  duplicate: fc.constantFrom(0, 0.2),
  delayMs: fc.constantFrom({ min: 0, max: 1 }, { min: 5, max: 80 }),
  storeMs: fc.constantFrom(1, 20, 300, 900),
  storeFails: fc.constantFrom(0, 0.1),
  clockOffsetMs: fc.constant(0),
  // A hundred megabytes use up every quota there is.
  traffic: fc.array(
    fc.record({
      atMs: fc.nat(12_000),
      up: fc.nat(100_000),
      down: fc.oneof(fc.nat(2_000_000), fc.constant(100_000_000)),
    }),
    { maxLength: 40 },
  ),
  lagMs: fc.constantFrom(0, 10),
  countEveryMs: fc.constantFrom(0, 100, COUNT_AGE_MS),
  stop: fc.record({
    by: fc.constantFrom('client' as const, 'provider' as const),
    atMs: fc.integer({ min: 1, max: 12_000 }),
  }),
  settle: fc.constantFrom({ everyRound: true }, { aboveAmount: 500n }, {}),
  verifyEvery: fc.integer({ min: 1, max: 20 }),
})

/** Rounds in which a client forges: from some round on, now and then, or all. */
const forging = fc.oneof(
  fc.nat(20).map(from => (round: number) => round >= from),
  fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(4)).map(
    ([every, at]) =>
      (round: number) =>
        round % every === at,
  ),
  fc.array(fc.nat(40)).map(rounds => (round: number) => rounds.includes(round)),
)

const check = (rule: (one: Scenario) => void, forges = forging) =>
  fc.assert(
    fc.property(scenario, forges, (one, forged) => rule({ ...one, forges: forged })),
    { numRuns: 200 },
  )

/** What the gateway let through, less what the provider knows to be promised: what comes later may all be forged. */
function lost(world: World): bigint {
  const { grant, gateway } = world
  const until = Math.min(world.providerNow, gateway.until, gateway.closed ? gateway.lastByteAt : Infinity)
  const used = price({ bytes: gateway.total, elapsedMs: Math.max(0, until - grant.at) }, grant.terms.tariff)
  return used - (world.provider.verified?.owed ?? 0n)
}

/** By how much the loss passed the stated bound at its worst moment; 0 or less if it did not. */
function beyond(one: Scenario, seen: (credit: bigint, world: World) => void = () => {}): bigint {
  let credit = one.terms.maxUnpaid
  let most = -providerRisk(one.terms, credit)
  new World(one, world => {
    if (world.provider.credit > credit) credit = world.provider.credit
    seen(credit, world)
    const over = lost(world) - providerRisk(one.terms, credit)
    if (over > most) most = over
  }).run()
  return most
}

describe('signatures checked later (RND-15)', () => {
  it('spare most checks of an honest client, and settle everything', () => {
    const world = new World({ ...later, traffic: bytes }).run()
    const rounds = world.disk.length
    expect(rounds).toBeGreaterThan(25)
    expect(world.checks).toBeLessThan(rounds / 2)
    expect(world.ledger.paid).toBe(world.client.promised?.voucher.owed)
    expect(world.provider.reason).toBe('CLIENT_DONE')
  })

  it('never let the loss above the stated bound, whatever is forged, at any moment (RND-12)', () => {
    check(one => {
      expect(beyond(one) <= 0n).toBe(true)
    })
  })

  it('keep to that bound with long rows of unchecked rounds, when bytes come just before the forging begins', () => {
    const bursts = fc.array(
      fc.record({ atMs: fc.nat(15_000), up: fc.nat(1_000), down: fc.constantFrom(100_000, 100_000_000) }),
      { maxLength: 12 },
    )
    const rows = fc.record({
      trialMs: fc.integer({ min: 200, max: 400 }),
      restMs: fc.integer({ min: 0, max: 300 }),
      perGiB: fc.bigInt(0n, 10n ** 7n),
      perHour: fc.oneof(fc.constant(0n), fc.bigInt(0n, 2n * 10n ** 5n)),
      maxUnpaid: fc.bigInt(2_000n, 20_000n),
      seed: fc.nat(),
      from: fc.integer({ min: 3, max: 50 }),
      ...{ storeMs: fc.constantFrom(1, 20, 300), countEveryMs: fc.constantFrom(0, 100, 500) },
      verifyEvery: fc.constantFrom(16, 64),
      bursts,
    })
    let longest = 0
    fc.assert(
      fc.property(rows, ({ perGiB, perHour, trialMs, restMs, maxUnpaid, from, bursts: wanted, ...rest }) => {
        const tariff = { asset: 'credit', perGiB, perHour }
        const own = { trialMs, restMs, maxUnpaid, maxUnpaidCap: 100_000n, toleranceBytes: 2n ** 40n }
        const traffic = wanted.filter(({ atMs }) => atMs >= from * (trialMs + restMs) - 1_500)
        const stop = { by: 'client' as const, atMs: 16_000 }
        const one = { ...later, ...rest, terms: { ...TERMS, ...own, tariff }, traffic, stop }
        const over = beyond({ ...one, forges: round => round >= from }, (_, { provider }) => {
          longest = Math.max(longest, provider.paidRounds - provider.checkedRounds)
        })
        expect(over <= 0n).toBe(true)
      }),
      { numRuns: 60 },
    )
    expect(longest).toBeGreaterThan(12)
  })

  it.each([
    { when: 'storing takes longer than a round', restMs: 0, storeMs: 300, seed: 2, atMs: 920 },
    { when: 'storing takes part of a round', restMs: 600, storeMs: 300, seed: 2, atMs: 2_720 },
    { when: 'they passed after the bill was counted', restMs: 800, storeMs: 1, seed: 4, atMs: 2_240 },
  ])('count the time of unchecked promises on top of bytes that passed before: $when (RND-15)', row => {
    const { restMs, storeMs, seed, atMs } = row
    const tariff = { asset: 'credit', perGiB: 449_205n, perHour: 240_000n }
    const terms = { ...TERMS, tariff, trialMs: 239, restMs, maxUnpaid: 1_000n, maxUnpaidCap: 20_000n }
    const traffic = [atMs, atMs + 20].map(moment => ({ atMs: moment, up: 85_000, down: 1_286_000 }))
    const slow = { ...later, terms, seed, storeMs, traffic, delayMs: { min: 5, max: 80 }, verifyEvery: 7 }
    expect(beyond({ ...slow, stop: { by: 'client', atMs: 6_000 }, forges: round => round > 5 }) <= 0n).toBe(true)
  })

  const HUNDRED_MB = 100_000_000
  it.each([
    {
      ...{ seed: 542, storeMs: 20, from: 7, trialMs: 334, restMs: 89, maxUnpaid: 2_108n },
      ...{ perGiB: 205_776n, perHour: 471_471n, wants: { 2814: HUNDRED_MB, 4512: 809_898, 6185: 33_371 } },
    },
    {
      ...{ seed: 861, storeMs: 1, from: 8, trialMs: 343, restMs: 98, maxUnpaid: 1_281n },
      ...{ perGiB: 488_597n, perHour: 254_960n },
      wants: { 1073: HUNDRED_MB, 1979: HUNDRED_MB, 2880: 256_522, 6531: 1_464_413 },
    },
  ])('count bytes that passed under a larger quota though the count of them is old: $seed (RND-15)', row => {
    const { seed, storeMs, from, trialMs, restMs, maxUnpaid, perGiB, perHour, wants } = row
    const tariff = { asset: 'credit', perGiB, perHour }
    const terms = { ...TERMS, tariff, trialMs, restMs, maxUnpaid, maxUnpaidCap: 20_000n, toleranceBytes: 2n ** 40n }
    const traffic = Object.entries(wants).map(([atMs, down]) => ({ atMs: Number(atMs), up: 1_000, down }))
    const late = { ...later, terms, seed, storeMs, traffic, delayMs: { min: 5, max: 80 }, verifyEvery: 7 }
    const one: Scenario = { ...late, stop: { by: 'client', atMs: 8_000 }, forges: round => round >= from }
    expect(beyond({ ...one, countEveryMs: 500 }) <= 0n).toBe(true)
  })

  it('lose at most half of the unpaid limit more where counts are older than is allowed for (RND-15)', () => {
    check(one => {
      let most = one.terms.maxUnpaid
      const over = beyond({ ...one, countEveryMs: 5_000 }, credit => {
        if (credit > most) most = credit
      })
      expect(over <= most / 2n).toBe(true)
    })
  })

  it('never settle, and never raise the limit for, a promise that is forged', () => {
    check(one => {
      const world = new World(one).run()
      const good = world.disk.filter(stored => stored.good).map(stored => stored.owed)
      expect([0n, ...good]).toContain(world.ledger.paid)
      const honest = good.reduce((most, owed) => (owed > most ? owed : most), 0n)
      expect(world.provider.credit <= one.terms.maxUnpaid + honest).toBe(true)
    })
  })

  it('are never left out at the end: what is settled was checked, and the rest is told', () => {
    check(one => {
      const world = new World(one).run()
      const { provider } = world
      expect(provider.phase).toBe('ended')
      const held = provider.storing.at(-1) ?? provider.stored
      expect(held === undefined || held.checked).toBe(true)
      const evidence = world.providerEffects.filter(({ effect }) => effect.type === 'dropped').length
      expect(evidence > 0).toBe(provider.reason === 'VOUCHER_FORGED')
    })
  })

  it('refuse the first forged voucher of a new client at once, without ending the session', () => {
    const world = new World({ ...later, forges: () => true }).run()
    expect(world.disk).toEqual([])
    expect(world.provider.reason).toBe('NOT_PAID')
    expect(world.providerEffects.some(({ effect }) => effect.type === 'store')).toBe(false)
  })

  it.each([1, 2, 3, 4, 5, 6, 7])('end the session of a client that pays honestly %s times and then forges', rounds => {
    const world = new World({ ...later, traffic: bytes, forges: round => round > rounds }).run()
    const good = world.disk.filter(stored => stored.good)
    expect(good.length).toBe(rounds)
    // Those before the last check are kept; what came after it is dropped with the forged one.
    expect(good.map(stored => stored.owed)).toContain(world.ledger.paid)
    expect(['VOUCHER_FORGED', 'NOT_PAID']).toContain(world.provider.reason)
    // At latest with the eighth voucher that was not looked at.
    expect(world.disk.length - rounds).toBeLessThan(8)
    expect(world.provider.credit <= TERMS.maxUnpaid + (good.at(-1)?.owed ?? 0n)).toBe(true)
  })

  it('take the unpaid limit back to its beginning when a postponed check fails', () => {
    const world = new World({ ...later, traffic: bytes, forges: round => round > 12 }).run()
    expect(world.provider.reason).toBe('VOUCHER_FORGED')
    expect(world.provider.credit).toBe(TERMS.maxUnpaid)
    const evidence = world.providerEffects.filter(({ effect }) => effect.type === 'evidence')
    expect(evidence).toMatchObject([{ effect: { reason: 'VOUCHER_FORGED' } }])
  })

  it('come at rounds that differ from session to session', () => {
    const seen = new Set<string>()
    for (let seed = 1; seed <= 20; seed++) {
      const checked: number[] = []
      const world = new World({ ...later, seed }, ({ provider }) => {
        if (checked.at(-1) !== provider.checkedRounds) checked.push(provider.checkedRounds)
      })
      world.run()
      seen.add(checked.slice(0, 6).join(' '))
    }
    expect(seen.size).toBeGreaterThan(5)
  })
})
