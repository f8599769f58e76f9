import type { UnixMillis } from '../../units/index.js'
import { finite, POSITIVE, within } from '../guard.js'
import { PPM, type Ppm, sumOf } from './fixed.js'
import { compare } from './payout.js'

/** Service of one sharer for one user, summed over an epoch. */
export interface ServedPair {
  readonly user: string
  readonly sharer: string
  readonly bytes: bigint
}

/** Where an identity was seen; coordinates in metres on one plane. */
export interface Sighting {
  readonly who: string
  readonly atMs: UnixMillis
  readonly xM: number
  readonly yM: number
}

/** A reason to look closer: evidence for people and caps, not a verdict. */
export type CollusionFlag =
  | { readonly kind: 'concentrated'; readonly sharer: string; readonly herfindahlPpm: Ppm }
  | { readonly kind: 'reciprocal'; readonly pair: readonly [string, string]; readonly sharePpm: Ppm }
  | { readonly kind: 'moving together'; readonly pair: readonly [string, string]; readonly squares: number }
  | { readonly kind: 'too fast'; readonly who: string; readonly atMs: UnixMillis; readonly speedMps: number }

/**
 * Herfindahl index Σ sᵢ² of how a sharer's bytes are spread over its users.
 * @returns ppm, rounded down: 1,000,000 for one user only, 1,000,000/n for n equal ones, 0 for no bytes
 */
export function herfindahlPpm(bytes: readonly bigint[]): Ppm {
  const total = sumOf(bytes)
  return total === 0n ? 0n : (sumOf(bytes.map(part => part * part)) * PPM) / (total * total)
}

/**
 * Sharers whose bytes go to too few users.
 * @param limitPpm - index above which is flagged
 * @param enoughBytes - smaller sharers are left alone: one customer is no crime
 */
export function concentrated(pairs: readonly ServedPair[], limitPpm: Ppm, enoughBytes: bigint): CollusionFlag[] {
  return [...groupBy(pairs, pair => pair.sharer)].flatMap(([sharer, own]): CollusionFlag[] => {
    const perUser = [...groupBy(own, pair => pair.user).values()].map(list => sumOf(list.map(pair => pair.bytes)))
    const index = herfindahlPpm(perUser)
    const flagged = index > limitPpm && sumOf(perUser) >= enoughBytes
    return flagged ? [{ kind: 'concentrated', sharer, herfindahlPpm: index }] : []
  })
}

/**
 * Pairs that serve each other about equally: together they pay nothing and are both rewarded.
 * @param limitPpm - flagged if the smaller direction is at least this share of the larger
 */
export function reciprocal(pairs: readonly ServedPair[], limitPpm: Ppm, enoughBytes: bigint): CollusionFlag[] {
  const served = new Map<string, bigint>()
  const key = (sharer: string, user: string) => JSON.stringify([sharer, user])
  for (const { sharer, user, bytes } of pairs)
    served.set(key(sharer, user), (served.get(key(sharer, user)) ?? 0n) + bytes)
  return [...served].flatMap(([name, one]): CollusionFlag[] => {
    const [a = '', b = ''] = JSON.parse(name) as string[]
    const other = served.get(key(b, a)) ?? 0n
    if (a >= b || other === 0n || one + other < enoughBytes) return []
    const [less, more] = compare(one, other) < 0 ? [one, other] : [other, one]
    const sharePpm = more === 0n ? 0n : (less * PPM) / more
    return sharePpm >= limitPpm && sharePpm > 0n ? [{ kind: 'reciprocal', pair: [a, b], sharePpm }] : []
  })
}

/** How identities that move together are looked for. */
export interface TogetherRule {
  /** Length of a time slot, ms. */
  readonly slotMs: number
  /** Edge of a square in which two are "together", m. */
  readonly squareM: number
  /** Different squares in which a pair must have been together: standing beside each other at home is no movement. */
  readonly squares: number
  /** Squares with more identities than this are crowds and say nothing; keeps the work linear. */
  readonly crowd: number
}

/**
 * Pairs that were in the same square in the same slot, in many different squares.
 * @throws {PranError} `NOT_A_NUMBER`, `OUT_OF_RANGE`
 */
export function movingTogether(sightings: readonly Sighting[], rule: TogetherRule): CollusionFlag[] {
  within('slotMs', rule.slotMs, POSITIVE)
  within('squareM', rule.squareM, POSITIVE)
  const squareOf = ({ xM, yM }: Sighting) => `${Math.floor(xM / rule.squareM)},${Math.floor(yM / rule.squareM)}`
  const met = new Map<string, Set<string>>()
  for (const group of groupBy(sightings, s => `${Math.floor(s.atMs / rule.slotMs)}|${squareOf(s)}`).values()) {
    const names = [...new Set(group.map(sighting => sighting.who))].sort()
    if (names.length > rule.crowd) continue
    const square = group[0] === undefined ? '' : squareOf(group[0])
    names.forEach((one, i) => {
      for (const other of names.slice(i + 1)) {
        const pair = JSON.stringify([one, other])
        met.set(pair, (met.get(pair) ?? new Set()).add(square))
      }
    })
  }
  return [...met].flatMap(([pair, squares]): CollusionFlag[] => {
    const [one = '', other = ''] = JSON.parse(pair) as string[]
    return squares.size >= rule.squares ? [{ kind: 'moving together', pair: [one, other], squares: squares.size }] : []
  })
}

/**
 * Sightings of one identity that no vehicle can connect.
 * @param limitMps - speed above which is flagged, m/s
 * @param toleranceM - positioning error that is forgiven on each leg
 * @throws {PranError} `NOT_A_NUMBER`, `OUT_OF_RANGE`
 */
export function tooFast(sightings: readonly Sighting[], limitMps: number, toleranceM: number): CollusionFlag[] {
  within('limitMps', limitMps, POSITIVE)
  within('toleranceM', toleranceM, { min: 0, max: 1e6 })
  for (const { atMs, xM, yM } of sightings) for (const value of [atMs, xM, yM]) finite('sighting', value)
  return [...groupBy(sightings, sighting => sighting.who)].flatMap(([who, own]) => {
    const track = [...own].sort((a, b) => a.atMs - b.atMs)
    return track.slice(1).flatMap((to, i): CollusionFlag[] => {
      const from = track[i] ?? to
      const distance = Math.max(0, Math.hypot(to.xM - from.xM, to.yM - from.yM) - toleranceM)
      const speedMps = distance === 0 ? 0 : distance / ((to.atMs - from.atMs) / 1_000)
      return speedMps > limitMps ? [{ kind: 'too fast', who, atMs: to.atMs, speedMps }] : []
    })
  })
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}
