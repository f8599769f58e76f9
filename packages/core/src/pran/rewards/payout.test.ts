import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkSubsidy,
  connectionFee,
  largestRemainder,
  PPM,
  payout,
  SCORE_RULE,
  SCORE_UNIT,
  type Standby,
  sessionScore,
  splitPay,
  standbyPay,
} from './index.js'

/** A row as the vector file has it: the figures in it are what is checked. */
type Row = ReturnType<typeof JSON.parse>

const vectors = JSON.parse(readFileSync(new URL('../../../../../vectors/pran-rewards.json', import.meta.url), 'utf8'))
const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n)
const amount = fc.bigInt(0n, 10n ** 15n)
const scores = fc.array(fc.bigInt(0n, 10n ** 13n), { maxLength: 12 })

describe('payout vectors (PRAN-15)', () => {
  it.for<Row>(vectors.payouts)('$name', row => {
    const result = payout(row.scores.map(BigInt), BigInt(row.pool), BigInt(row.maxRate))
    expect({ pay: result.pay.map(String), rest: result.rest.toString() }).toEqual({ pay: row.pay, rest: row.rest })
  })
})

describe('payout (PRAN-15)', () => {
  it('pays never above the pool, keeps the rest, and nobody above x · ρmax or more than one micro-credit off its share', () => {
    fc.assert(
      fc.property(scores, amount, amount, (list, pool, maxRate) => {
        const { pay, rest } = payout(list, pool, maxRate)
        expect(sum(pay) <= pool && rest === pool - sum(pay)).toBe(true)
        const total = sum(list)
        list.forEach((score, i) => {
          const own = pay[i] ?? -1n
          expect(own >= 0n && own * SCORE_UNIT <= score * maxRate).toBe(true)
          if (total > 0n) expect(own * total <= pool * score + total).toBe(true)
        })
      }),
    )
  })

  it('gives out the whole pool when the rate is below ρmax, but for rounding at the limit', () => {
    fc.assert(
      fc.property(scores, amount, (list, pool) => {
        const { pay, rest } = payout(list, pool, 10n ** 27n)
        expect(rest).toBe(list.some(score => score > 0n) ? 0n : pool)
        list.forEach((score, i) => {
          list.forEach((other, j) => {
            if (score > other) expect((pay[i] ?? 0n) >= (pay[j] ?? 0n)).toBe(true)
          })
        })
      }),
    )
  })

  it('largest remainder sums exactly and stays within one of the exact share', () => {
    fc.assert(
      fc.property(scores, amount, (weights, total) => {
        const parts = largestRemainder(total, weights)
        const whole = sum(weights)
        expect(sum(parts)).toBe(whole === 0n ? 0n : total)
        weights.forEach((weight, i) => {
          const off = (parts[i] ?? 0n) * whole - total * weight
          expect(whole === 0n || (off < whole && -off < whole)).toBe(true)
        })
      }),
    )
    expect(() => largestRemainder(-1n, [1n])).toThrow(/total is -1/)
    expect(() => largestRemainder(1n, [-1n])).toThrow(/weight is -1/)
  })
})

describe('serving oneself (PRAN-16)', () => {
  const policies = fc.record({
    maxRate: fc.bigInt(0n, 10n ** 6n),
    maxWeightPpm: fc.constant(3n * PPM),
    ratingPpm: fc.bigInt(0n, PPM),
    debitPerGb: fc.bigInt(0n, 10n ** 7n),
  })
  const fakes = fc.array(fc.record({ bytes: fc.bigInt(0n, 10n ** 11n), weight: fc.bigInt(PPM, 3n * PPM) }), {
    maxLength: 6,
  })

  it('never earns more than the fake traffic really costs, under every policy that is accepted', () => {
    let accepted = 0
    fc.assert(
      fc.property(policies, fakes, scores, amount, (policy, list, honest, pool) => {
        if (!checkSubsidy(policy).ok) return
        accepted++
        const trusted = { count: 10n ** 9n, stars: 3n * 10n ** 9n }
        const own = list.map(({ bytes, weight }) =>
          sessionScore(
            {
              userBytes: bytes,
              sharerBytes: bytes,
              gatewayBytes: bytes,
              weakWeightPpm: weight,
              qualityPpm: PPM,
              hops: 1n,
              stars: 5n,
              rater: trusted,
            },
            { ...SCORE_RULE, ratingPpm: policy.ratingPpm },
          ),
        )
        const earned = sum(payout([...own, ...honest], pool, policy.maxRate).pay.slice(0, own.length))
        const cost = sum(list.map(({ bytes }) => bytes)) * policy.debitPerGb
        expect(earned * SCORE_UNIT <= cost).toBe(true)
      }),
      { numRuns: 400 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  it('refuses a policy under which it would pay, and says by how much', () => {
    const policy = { maxRate: 100n, maxWeightPpm: 3n * PPM, ratingPpm: 200_000n, debitPerGb: 359n }
    expect(checkSubsidy(policy)).toEqual({ ok: false, code: 'SELF_SERVING_PAYS', data: { gain: 360n, debit: 359n } })
    expect(checkSubsidy({ ...policy, debitPerGb: 360n }).ok).toBe(true)
  })

  it('subsidises only where direct service is below the threshold; the transfer is the user’s own', () => {
    expect(splitPay(70n, 500n, 400_000n, 500_000n)).toEqual({ transfer: 70n, subsidisedScore: 500n })
    expect(splitPay(70n, 500n, 500_000n, 500_000n)).toEqual({ transfer: 70n, subsidisedScore: 0n })
    expect(connectionFee(3n, 5n, 100n)).toBe(15n)
    expect(connectionFee(30n, 5n, 100n)).toBe(100n)
    expect(() => connectionFee(-1n, 5n, 100n)).toThrow(/connections is -1/)
  })
})

describe('standby (PRAN-17)', () => {
  const rule = { sharePpm: 200_000n, answeredPpm: 500_000n }
  const group: fc.Arbitrary<Standby[]> = fc.uniqueArray(
    fc
      .record({
        sharer: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        covers: fc.subarray(['p', 'q', 'r', 's']),
        probes: fc.nat(9),
        answered: fc.nat(9),
      })
      .map(one => ({ ...one, answered: Math.min(one.answered, one.probes) })),
    { selector: one => one.sharer },
  )

  it('stays within a fifth of the pool, and pays nothing without answered probes', () => {
    fc.assert(
      fc.property(group, amount, (list, pool) => {
        const pay = standbyPay(list, pool, rule)
        expect(5n * sum(pay) <= pool).toBe(true)
        list.forEach((one, i) => {
          if (one.probes === 0 || 2 * one.answered < one.probes) expect(pay[i]).toBe(0n)
        })
      }),
    )
  })

  it('equals everyone’s marginal coverage, averaged over all orders of arrival', () => {
    fc.assert(
      fc.property(group, list => {
        const present = list.map(one => ({ ...one, probes: 4, answered: 4 }))
        const covered = new Set(present.flatMap(one => one.covers)).size
        if (covered === 0) return
        const pool = 10n ** 9n
        const share = shapley(present)
        standbyPay(present, pool, rule).forEach((pay, i) => {
          expect(Math.abs(Number(pay) - ((share[i] ?? 0) / covered) * 2e8)).toBeLessThan(1.001)
        })
      }),
      { numRuns: 60 },
    )
  })

  it('refuses shares above a fifth, more answers than probes and doubles', () => {
    const one = { sharer: 'a', covers: ['p'], probes: 1, answered: 1 }
    expect(() => standbyPay([one], 1n, { ...rule, sharePpm: 200_001n })).toThrow(/sharePpm/)
    expect(() => standbyPay([{ ...one, answered: 2 }], 1n, rule)).toThrow(/answered is 2/)
    expect(() => standbyPay([one, one], 1n, rule)).toThrow(/stands there twice/)
  })
})

function shapley(list: readonly Standby[]): number[] {
  const orders = permutations([...list.keys()])
  const total = list.map(() => 0)
  for (const order of orders) {
    const seen = new Set<string>()
    for (const i of order) {
      const before = seen.size
      for (const place of list[i]?.covers ?? []) seen.add(place)
      total[i] = (total[i] ?? 0) + (seen.size - before) / orders.length
    }
  }
  return total
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]]
  return items.flatMap(item => permutations(items.filter(other => other !== item)).map(rest => [item, ...rest]))
}
