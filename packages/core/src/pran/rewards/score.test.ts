import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PranError } from '../codes.js'
import { leastOf, rootFloor } from './fixed.js'
import {
  cappedBytes,
  PPM,
  QUALITY_RULE,
  qualityPpm,
  raterBiasPpm,
  ratingEffectPpm,
  SCORE_RULE,
  sessionScore,
  type VerifiedSession,
  weakWeightPpm,
} from './index.js'

/** A row as the vector file has it: the figures in it are what is checked. */
type Row = ReturnType<typeof JSON.parse>

const vectors = JSON.parse(readFileSync(new URL('../../../../../vectors/pran-rewards.json', import.meta.url), 'utf8'))

const bytes = fc.bigInt(0n, 2n ** 50n)
const rater = fc
  .record({ count: fc.bigInt(0n, 500n), share: fc.bigInt(0n, 100n) })
  .map(({ count, share }) => ({ count, stars: count + (4n * count * share) / 100n }))
const sessions: fc.Arbitrary<VerifiedSession> = fc.record({
  userBytes: bytes,
  sharerBytes: bytes,
  gatewayBytes: bytes,
  weakWeightPpm: fc.bigInt(PPM, 3n * PPM),
  qualityPpm: fc.bigInt(0n, PPM),
  hops: fc.bigInt(1n, 8n),
  stars: fc.option(fc.bigInt(1n, 5n), { nil: undefined }),
  rater,
})
const measures = fc.record({
  rateBps: fc.bigInt(0n, 10n ** 9n),
  latencyUs: fc.bigInt(1n, 10n ** 7n),
  lossPpm: fc.bigInt(0n, PPM),
  continuityPpm: fc.bigInt(0n, PPM),
})

const codeOf = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    return error instanceof PranError ? error.code : String(error)
  }
  return 'OK'
}

describe('score vectors (PRAN-13)', () => {
  it.for<Row>(vectors.scores)('$name: $score', row => {
    const session: VerifiedSession = {
      userBytes: BigInt(row.userBytes),
      sharerBytes: BigInt(row.sharerBytes),
      gatewayBytes: BigInt(row.gatewayBytes),
      weakWeightPpm: BigInt(row.weakWeightPpm),
      qualityPpm: BigInt(row.qualityPpm),
      hops: BigInt(row.hops),
      stars: row.stars === null ? undefined : BigInt(row.stars),
      rater: { count: BigInt(row.rater.count), stars: BigInt(row.rater.stars) },
    }
    expect(sessionScore(session)).toBe(BigInt(row.score))
  })
})

describe('score (PRAN-13)', () => {
  it('is monotone in bytes, W, Q and stars', () => {
    fc.assert(
      fc.property(sessions, bytes, fc.bigInt(0n, 2n * PPM), fc.bigInt(0n, PPM), (session, more, weight, quality) => {
        const base = sessionScore(session)
        const better = (changed: Partial<VerifiedSession>) => sessionScore({ ...session, ...changed }) >= base
        const { userBytes, sharerBytes, gatewayBytes, weakWeightPpm, stars } = session
        expect(
          better({ userBytes: userBytes + more, sharerBytes: sharerBytes + more, gatewayBytes: gatewayBytes + more }),
        ).toBe(true)
        expect(better({ weakWeightPpm: leastOf(3n * PPM, weakWeightPpm + weight) })).toBe(true)
        expect(better({ qualityPpm: -leastOf(-session.qualityPpm, -quality) })).toBe(true)
        if (stars !== undefined && stars < 5n) expect(better({ stars: stars + 1n })).toBe(true)
      }),
    )
  })

  it('counts nothing that one of the three does not confirm', () => {
    fc.assert(
      fc.property(sessions, bytes, (session, claim) => {
        const capped = { ...session, sharerBytes: session.userBytes, gatewayBytes: session.userBytes }
        const boast = { ...capped, sharerBytes: capped.sharerBytes + claim }
        expect(sessionScore(boast)).toBe(sessionScore(capped))
      }),
    )
  })

  it('splitting a session over identities leaves Σx unchanged, up to less than one unit for each part, and never raises it', () => {
    fc.assert(
      fc.property(sessions, fc.array(fc.bigInt(0n, 2n ** 48n), { maxLength: 8 }), (session, cuts) => {
        const total = leastOf(session.userBytes, session.sharerBytes, session.gatewayBytes)
        const inside = cuts.filter(cut => cut < total).sort((a, b) => (a < b ? -1 : 1))
        const edges = [0n, ...inside, total]
        const parts = edges.slice(1).map((edge, i) => edge - (edges[i] ?? 0n))
        const split = parts.reduce((sum, part) => sum + sessionScore(session, SCORE_RULE, part), 0n)
        const whole = sessionScore(session, SCORE_RULE, total)
        expect(split <= whole && whole - split < BigInt(parts.length)).toBe(true)
      }),
    )
  })

  it('a longer chain of own identities earns no more: each of k gets 1/k', () => {
    fc.assert(
      fc.property(sessions, fc.bigInt(1n, 64n), (session, hops) => {
        expect(hops * sessionScore({ ...session, hops }) <= sessionScore({ ...session, hops: 1n })).toBe(true)
      }),
    )
  })

  it('one rating moves a session by at most δ', () => {
    fc.assert(
      fc.property(sessions, fc.bigInt(0n, PPM), (session, ratingPpm) => {
        const rule = { ...SCORE_RULE, ratingPpm }
        const [rated, unrated] = [sessionScore(session, rule), sessionScore({ ...session, stars: undefined }, rule)]
        const moved = rated > unrated ? rated - unrated : unrated - rated
        expect(moved * PPM <= (unrated + 1n) * ratingPpm + PPM).toBe(true)
      }),
    )
  })

  it('believes a rater by its own history, and takes off its bias', () => {
    const at = (stars: bigint, count: bigint, mean: bigint) =>
      ratingEffectPpm(stars, { count, stars: count * mean }, 5n)
    expect(at(5n, 0n, 3n)).toBe(0n)
    expect(at(5n, 5n, 3n)).toBe(500_000n)
    expect(at(5n, 95n, 3n)).toBe(950_000n)
    expect(at(5n, 95n, 5n)).toBe(47_500n)
    expect(at(1n, 95n, 5n)).toBe(-PPM)
    expect(raterBiasPpm({ count: 5n, stars: 25n }, 5n)).toBe(PPM)
  })

  it('refuses what cannot be', () => {
    const session: VerifiedSession = {
      userBytes: 1n,
      sharerBytes: 1n,
      gatewayBytes: 1n,
      weakWeightPpm: PPM,
      qualityPpm: PPM,
      hops: 1n,
      stars: undefined,
      rater: { count: 0n, stars: 0n },
    }
    const bad: Partial<VerifiedSession>[] = [
      { userBytes: -1n },
      { weakWeightPpm: PPM - 1n },
      { weakWeightPpm: 3n * PPM + 1n },
      { qualityPpm: PPM + 1n },
      { hops: 0n },
      { stars: 0n },
      { stars: 6n },
      { rater: { count: 2n, stars: 1n } },
    ]
    for (const changed of bad) expect(codeOf(() => sessionScore({ ...session, ...changed }))).toBe('OUT_OF_RANGE')
    expect(codeOf(() => sessionScore(session, SCORE_RULE, 2n))).toBe('OUT_OF_RANGE')
  })
})

describe('quality (PRAN-13)', () => {
  it('is 1 for full service, 0 for none, monotone in every aspect, within a millionth of the real formula', () => {
    const full = { rateBps: 10n ** 9n, latencyUs: 1n, lossPpm: 0n, continuityPpm: PPM }
    expect(qualityPpm(full)).toBe(PPM)
    expect(qualityPpm({ ...full, rateBps: 0n })).toBe(0n)
    fc.assert(
      fc.property(measures, measures, (a, b) => {
        const max = (x: bigint, y: bigint) => -leastOf(-x, -y)
        const best = {
          rateBps: max(a.rateBps, b.rateBps),
          latencyUs: leastOf(a.latencyUs, b.latencyUs),
          lossPpm: leastOf(a.lossPpm, b.lossPpm),
          continuityPpm: max(a.continuityPpm, b.continuityPpm),
        }
        expect(qualityPpm(best) >= qualityPpm(a)).toBe(true)
      }),
    )
    const exact = 0.25 ** 0.4 * 0.5 ** 0.2 * 0.9 ** 0.2 * 0.8 ** 0.2
    const measured = { rateBps: 5_000_000n, latencyUs: 100_000n, lossPpm: 100_000n, continuityPpm: 800_000n }
    expect(Math.abs(Number(qualityPpm(measured)) - 1e6 * exact)).toBeLessThanOrEqual(1)
    expect(codeOf(() => qualityPpm({ ...full, latencyUs: 0n }))).toBe('OUT_OF_RANGE')
    const parts = { rate: 0n, latency: 0n, loss: 0n, continuity: 0n }
    expect(codeOf(() => qualityPpm(full, { ...QUALITY_RULE, parts }))).toBe('OUT_OF_RANGE')
  })

  it('takes exact roots', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 200n), fc.bigInt(1n, 20n), (value, degree) => {
        const root = rootFloor(value, degree)
        expect(root ** degree <= value && (root + 1n) ** degree > value).toBe(true)
      }),
    )
  })
})

describe('weak-cell weight (PRAN-14)', () => {
  const samples = (level: number, devices: readonly string[]) => devices.map(device => ({ device, rsrpDbm: level }))

  it('follows the tiers, ignores own devices and sentinels, and needs enough others', () => {
    const others = ['a', 'b', 'c']
    const at = (level: number) => weakWeightPpm(samples(level, others), new Set(), 3)
    expect([-90, -95, -100, -110, -120].map(at)).toEqual([PPM, PPM, 1_500_000n, 2_250_000n, 3_000_000n])
    expect(weakWeightPpm(samples(-120, others), new Set(['a']), 3)).toBe(PPM)
    const faked = [...samples(-90, others), ...Array.from({ length: 50 }, () => ({ device: 'own', rsrpDbm: -130 }))]
    expect(weakWeightPpm(faked, new Set(['own']), 3)).toBe(PPM)
    expect(weakWeightPpm([...samples(-90, others), { device: 'a', rsrpDbm: Number.NaN }], new Set(), 3)).toBe(PPM)
  })

  it('a device with many samples weighs no more than each other one', () => {
    const loud = Array.from({ length: 1_000 }, () => ({ device: 'loud', rsrpDbm: -130 }))
    expect(weakWeightPpm([...loud, ...samples(-90, ['a', 'b'])], new Set(), 3)).toBe(PPM)
  })
})

describe('caps (PRAN-16)', () => {
  const entries = fc.array(
    fc.record({
      user: fc.constantFrom('u1', 'u2', 'u3'),
      sharer: fc.constantFrom('s1', 's2'),
      day: fc.nat(2),
      bytes: fc.bigInt(0n, 1_000n),
    }),
  )
  it('hold per pair and per user and day, and cut nothing below them', () => {
    fc.assert(
      fc.property(entries, fc.bigInt(0n, 2_000n), fc.bigInt(0n, 2_000n), (list, pairDay, userDay) => {
        const counted = cappedBytes(list, { pairDay, userDay })
        const sum = (test: (i: number) => boolean, of: (i: number) => bigint) =>
          list.reduce((total, _, i) => (test(i) ? total + of(i) : total), 0n)
        list.forEach((entry, i) => {
          const [own, all] = [(n: number) => counted[n] ?? 0n, (n: number) => list[n]?.bytes ?? 0n]
          const sameUser = (n: number) => list[n]?.user === entry.user && list[n]?.day === entry.day
          const samePair = (n: number) => sameUser(n) && list[n]?.sharer === entry.sharer
          expect(own(i) >= 0n && own(i) <= entry.bytes).toBe(true)
          expect(sum(sameUser, own) <= userDay && sum(samePair, own) <= pairDay).toBe(true)
          if (sum(sameUser, all) <= userDay && sum(sameUser, all) <= pairDay) expect(own(i)).toBe(entry.bytes)
        })
      }),
    )
  })
})
