import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { price } from '../services/access/price.js'
import { claimLimit, clientRisk, nextCredit, providerRisk } from './risk.js'
import { calm, steady, TERMS } from './testing/calm.js'
import { type Scenario, World } from './testing/world.js'
import { driftMs, roundMs } from './timeline.js'

const traffic = fc.array(fc.record({ atMs: fc.nat(9_000), up: fc.nat(200_000), down: fc.nat(3_000_000) }), {
  maxLength: 60,
})
const scenario: fc.Arbitrary<Scenario> = fc.record({
  terms: fc.record({
    tariff: fc.record({
      asset: fc.constant('credit'),
      perGiB: fc.bigInt(0n, 10n ** 7n),
      perHour: fc.bigInt(0n, 10n ** 7n),
    }),
    trialMs: fc.integer({ min: 200, max: 1_500 }),
    restMs: fc.integer({ min: 0, max: 3_000 }),
    toleranceBps: fc.integer({ min: 0, max: 5_000 }),
    toleranceBytes: fc.bigInt(0n, 262_144n),
    maxUnpaid: fc.bigInt(1_000n, 20_000n),
    maxUnpaidCap: fc.bigInt(20_000n, 100_000n),
    shares: fc.constant([]),
  }),
  seed: fc.nat(),
  loss: fc.constantFrom(0, 0.05, 0.3, 0.7),
  duplicate: fc.constantFrom(0, 0.2),
  delayMs: fc.constantFrom({ min: 0, max: 1 }, { min: 5, max: 80 }, { min: 20, max: 400 }),
  storeMs: fc.constantFrom(1, 20, 500),
  storeFails: fc.constantFrom(0, 0.1, 1),
  clockOffsetMs: fc.integer({ min: -(10 ** 7), max: 10 ** 7 }),
  traffic,
  lagMs: fc.constantFrom(0, 10, 100),
  stop: fc.record({
    by: fc.constantFrom('client' as const, 'provider' as const),
    atMs: fc.integer({ min: 1, max: 9_000 }),
  }),
  settle: fc.constantFrom({ everyRound: true }, { aboveAmount: 500n }, { afterMs: 1_500 }, {}),
})

const vouchersOf = (world: World) =>
  world.clientEffects.flatMap(({ effect, own, at }) => (effect.type === 'paid' ? [{ ...effect, own, at }] : []))

function highestOnDisk(world: World): bigint {
  const [highest] = world.disk.map(stored => stored.owed).sort((one, other) => Number(other - one))
  return highest ?? 0n
}

/** What the provider has given and not been promised, measured at the gateway itself. */
function unpaid(world: World): bigint {
  const { grant, gateway } = world
  const until = Math.min(world.providerNow, gateway.until, gateway.closed ? gateway.lastByteAt : Infinity)
  const used = price({ bytes: gateway.total, elapsedMs: Math.max(0, until - grant.at) }, grant.terms.tariff)
  return used - highestOnDisk(world)
}

const play = (one: Scenario, observe?: (world: World) => void) => new World(one, observe).run()
const check = (rule: (one: Scenario) => void, runs = 150) => fc.assert(fc.property(scenario, rule), { numRuns: runs })

describe('two machines over a bad network', () => {
  it('never extend access before the voucher is on disk (RND-4)', () => {
    check(one => {
      const world = new World(one)
      let moves = 0
      let until = world.grant.accessUntil
      let quota = world.provider.quota
      const before = world.gateway.extend.bind(world.gateway)
      world.gateway.extend = (newUntil, newQuota) => {
        // A statement that is late has the gateway hold the flows up to the moment that was granted before: nothing moves.
        if (newUntil > until || newQuota !== quota) {
          const round = world.provider.stored?.round ?? -1
          expect(world.disk.some(stored => stored.round === round)).toBe(true)
          moves++
        }
        until = Math.max(until, newUntil)
        quota = newQuota
        before(newUntil, newQuota)
      }
      world.run()
      // Each stored voucher extends twice at most: to the end of the paid time, then for the next trial.
      expect(moves <= 2 * world.disk.length).toBe(true)
    })
  })

  it('never let the unpaid amount above the stated bound, at any moment (RND-12)', () => {
    check(one => {
      play(one, world => {
        expect(unpaid(world) <= providerRisk(world.grant.terms, world.provider.credit)).toBe(true)
      })
    })
  })

  it('never pay twice: transfers add up to the highest settled promise (RND-9)', () => {
    check(one => {
      const world = play(one)
      const promised = world.client.promised?.voucher.owed ?? 0n
      const sum = world.ledger.transfers.reduce((total, amount) => total + amount, 0n)
      expect(sum).toBe(world.ledger.paid)
      expect(world.ledger.paid <= promised).toBe(true)
      const kept = highestOnDisk(world)
      expect(world.ledger.paid >= kept).toBe(true)
    })
  })

  it('make vouchers that only grow (RND-5)', () => {
    check(one => {
      const vouchers = vouchersOf(play(one))
      for (const [index, next] of vouchers.entries()) {
        const last = vouchers[index - 1]
        expect(last === undefined || (next.owed >= last.owed && next.round > last.round)).toBe(true)
      }
    })
  })

  it('never cost a client more than the tariff on its own count within tolerance (RND-6, RND-13)', () => {
    const inflated = fc.record({ bps: fc.bigInt(0n, 20_000n), bytes: fc.bigInt(0n, 5_000_000n) })
    fc.assert(
      fc.property(scenario, inflated, (one, inflate) => {
        const world = play({ ...one, inflate })
        for (const { owed, elapsedMs, own, at } of vouchersOf(world)) {
          const bytes = claimLimit(one.terms, own.bytesUp + own.bytesDown, 0n)
          expect(owed <= price({ bytes, elapsedMs }, one.terms.tariff)).toBe(true)
          const passed = at - world.client.config.requestedAt
          expect(elapsedMs - roundMs(one.terms) <= passed + driftMs(passed)).toBe(true)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('always reach an explicit end, both of them (RND-10)', () => {
    check(one => {
      const world = play(one)
      expect([world.client.phase, world.provider.phase]).toEqual(['ended', 'ended'])
      const ends = world.providerEffects.filter(({ effect }) => effect.type === 'finished')
      expect(ends).toHaveLength(1)
    })
  })

  it('cut a client that never answers at the end of its first trial, with no byte after it (RND-4)', () => {
    check(one => {
      const world = play({ ...one, mute: true, stop: { by: 'provider', atMs: 9_000 } })
      const cut = world.providerEffects.find(({ effect }) => effect.type === 'cut')
      expect(cut).toMatchObject({ at: world.grant.accessUntil, effect: { reason: 'NOT_PAID' } })
      expect(world.gateway.lastByteAt < world.grant.accessUntil).toBe(true)
      expect(world.disk).toEqual([])
    }, 60)
  })
})

describe('a calm session', () => {
  it('bills exactly what was used, in rounds, and settles it (RND-3, RND-8, RND-10)', () => {
    const world = play(calm)
    const elapsedMs = 6 * roundMs(TERMS)
    const owed = price({ bytes: world.gateway.total, elapsedMs }, TERMS.tariff)
    expect(world.gateway.total > 10_000_000n).toBe(true)
    expect(world.client.promised?.voucher.owed).toBe(owed)
    expect(world.ledger.paid).toBe(owed)
    expect(world.provider.reason).toBe('CLIENT_DONE')
    expect(world.client.dispute).toBeUndefined()
  })

  it('bills no time for a trial that the client leaves (RND-10)', () => {
    const world = play({ ...calm, stop: { by: 'client', atMs: 100 } })
    expect(world.ledger.paid).toBe(price({ bytes: world.gateway.total, elapsedMs: 0 }, TERMS.tariff))
    expect(world.ledger.paid > 0n).toBe(true)
  })

  it('ends rounds on volume when the traffic is heavy, and holds nothing back that is paid for (RND-5)', () => {
    const heavy = { ...calm, traffic: steady(11_000, 1_000_000) }
    const world = play(heavy)
    const wanted = heavy.traffic.reduce((sum, { up, down }) => sum + BigInt(up + down), 0n)
    expect(world.provider.paidRounds > 12).toBe(true)
    expect(world.gateway.total * 10n > wanted * 9n).toBe(true)
  })

  it('stops with both counts kept when the provider inflates its meter (RND-6)', () => {
    const world = play({ ...calm, inflate: { bps: 5_000n, bytes: 0n } })
    expect(world.client.reason).toBe('METER_DISPUTE')
    expect(world.provider.reason).toBe('METER_DISPUTE')
    const evidence = world.clientEffects.find(({ effect }) => effect.type === 'evidence')
    expect(evidence?.effect).toMatchObject({ dispute: 'METER_ABOVE_COUNT' })
    expect((evidence?.at ?? Infinity) - world.client.config.requestedAt < 2 * roundMs(TERMS)).toBe(true)
    const own = world.own.bytesUp + world.own.bytesDown
    const fair = price({ bytes: own, elapsedMs: 0 }, TERMS.tariff)
    expect((world.client.promised?.voucher.owed ?? 0n) - fair <= clientRisk(TERMS, own, 0n)).toBe(true)
    expect(world.providerEffects.some(({ effect }) => effect.type === 'evidence')).toBe(true)
  })

  it('disputes an inflated last statement too, and both sides know (RND-6, RND-10)', () => {
    const world = play({ ...calm, stop: { by: 'client', atMs: 100 }, inflate: { bps: 0n, bytes: 5_000_000n } })
    expect([world.client.reason, world.provider.reason]).toEqual(['METER_DISPUTE', 'METER_DISPUTE'])
    expect(world.ledger.paid).toBe(0n)
    const evidence = world.providerEffects.find(({ effect }) => effect.type === 'evidence')
    expect(evidence?.effect.type === 'evidence' && evidence.effect.texts.length).toBe(2)
  })

  it('stops before its budget would be passed (RND-13)', () => {
    const world = play({ ...calm, budget: 700n })
    expect(world.client.reason).toBe('CLIENT_DONE')
    expect((world.client.promised?.voucher.owed ?? 0n) <= 700n).toBe(true)
  })

  it('ends with FAULT, having extended nothing, when the disk takes no voucher (RND-4)', () => {
    const world = play({ ...calm, storeFails: 1 })
    expect(world.provider.reason).toBe('FAULT')
    expect(world.gateway.until).toBe(world.grant.accessUntil)
  })
})

it('tell the client why the provider ended, whatever its last statement let it think (RND-10)', () => {
  const world = new World(calm)
  world.clock.at(world.clock.now + 5_000, () => world.toProvider({ type: 'lost', meter: world.providerMeter }))
  world.run()
  expect(world.provider.reason).toBe('GATEWAY_LOST')
  expect(world.client.reason).toBe('GATEWAY_LOST')
})

describe('credit ramp (RND-12)', () => {
  it.each([
    ['a third more', 2_000n, 9_000n, 1, 2_666n],
    ['two rounds at once', 2_000n, 9_000n, 2, 3_554n],
    ['never more than was paid', 2_000n, 1n, 1, 2_001n],
    ['nothing for nothing', 2_000n, 0n, 3, 2_000n],
    ['up to the cap', 2_000n, 90_000n, 1_000_000, 10_000n],
    ['what stands above the cap is not taken back', 12_000n, 90_000n, 3, 12_000n],
  ])('grows by %s', (_, credit, paid, rounds, grown) => {
    expect(nextCredit(credit, 10_000n, paid, rounds)).toBe(grown)
  })

  it('is carried by the session', () => {
    const world = play(calm)
    let [credit, promised] = [TERMS.maxUnpaid, 0n]
    for (const stored of world.disk) {
      credit = nextCredit(credit, TERMS.maxUnpaidCap, stored.owed - promised)
      promised = stored.owed
    }
    expect(world.provider.credit).toBe(credit)
    expect(credit > TERMS.maxUnpaid).toBe(true)
  })
})
