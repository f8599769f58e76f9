import { bigWithin } from '../guard.js'
import { clampBig, floorDivide, leastOf, MAX_COUNT, PPM, type Ppm } from './fixed.js'
import { MAX_WEAK_WEIGHT } from './quality.js'

/** Ratings of one user so far. */
export interface RaterHistory {
  readonly count: bigint
  /** Sum of the stars given, 1–5 each. */
  readonly stars: bigint
}

/** One session that both sides signed and the gateway counted. */
export interface VerifiedSession {
  readonly userBytes: bigint
  readonly sharerBytes: bigint
  readonly gatewayBytes: bigint
  /** W, 1,000,000–3,000,000. */
  readonly weakWeightPpm: Ppm
  /** Q, 0–1,000,000. */
  readonly qualityPpm: Ppm
  /** k: sharers in the chain, each gets 1/k. */
  readonly hops: bigint
  /** 1–5, or `undefined` if the user did not rate. */
  readonly stars: bigint | undefined
  /** The user's ratings before this one. */
  readonly rater: RaterHistory
}

export interface ScoreRule {
  /** δ: how far a rating can move a session's score, 0–1,000,000. */
  readonly ratingPpm: Ppm
  /** m: ratings until a rater is half believed, ≥ 1. */
  readonly halfTrust: bigint
}

export const SCORE_RULE: ScoreRule = { ratingPpm: 200_000n, halfTrust: 5n }

/** The middle of 1–5 stars: what a rating says nothing at. */
const NEUTRAL_STARS = 3n

/**
 * b: how much a rater's stars lie above the middle, shrunk towards 0 while it has rated little.
 * @returns ppm of a star, −2,000,000–2,000,000, rounded down
 * @throws {PranError} `OUT_OF_RANGE`
 */
export function raterBiasPpm(rater: RaterHistory, halfTrust: bigint): Ppm {
  bigWithin('count', rater.count, 0n, MAX_COUNT)
  bigWithin('stars', rater.stars, rater.count, 5n * rater.count)
  bigWithin('halfTrust', halfTrust, 1n, 1_000_000n)
  return floorDivide((rater.stars - NEUTRAL_STARS * rater.count) * PPM, rater.count + halfTrust)
}

/**
 * ρ = clip(κ((r − b) − 3)/2, −1, 1) with κ = n/(n + m). The *rater's* history shrinks it: by the sharer's, a poor sharer would gain by
 * registering anew.
 * @returns −1,000,000–1,000,000 ppm, 0 without a rating
 * @throws {PranError} `OUT_OF_RANGE`
 */
export function ratingEffectPpm(stars: bigint | undefined, rater: RaterHistory, halfTrust: bigint): Ppm {
  const bias = raterBiasPpm(rater, halfTrust)
  if (stars === undefined) return 0n
  bigWithin('stars', stars, 1n, 5n)
  const above = (stars - NEUTRAL_STARS) * PPM - bias
  return clampBig(floorDivide(rater.count * above, 2n * (rater.count + halfTrust)), -PPM, PPM)
}

/** Bytes that count: the smallest of the three signed or measured counts. */
export function countedBytes(session: Pick<VerifiedSession, 'userBytes' | 'sharerBytes' | 'gatewayBytes'>): bigint {
  for (const name of ['userBytes', 'sharerBytes', 'gatewayBytes'] as const)
    bigWithin(name, session[name], 0n, MAX_COUNT)
  return leastOf(session.userBytes, session.sharerBytes, session.gatewayBytes)
}

/**
 * Score x = bytes · W · Q · (1/k) · (1 + δ·ρ) of one sharer in one verified session, in weighted bytes: 10^9 are one GB served
 * alone, in a cell of ordinary coverage, perfectly, without a rating.
 *
 * One division at the end, rounded down: parts of a session never score more than the whole, so splitting into identities gains
 * nothing.
 *
 * @param bytes - counted bytes, after caps
 * @returns whole weighted bytes, ≥ 0
 * @throws {PranError} `OUT_OF_RANGE`
 * @see docs/spec/pran.md PRAN-13
 */
export function sessionScore(
  session: VerifiedSession,
  rule: ScoreRule = SCORE_RULE,
  bytes = countedBytes(session),
): bigint {
  bigWithin('bytes', bytes, 0n, countedBytes(session))
  bigWithin('weakWeightPpm', session.weakWeightPpm, PPM, MAX_WEAK_WEIGHT)
  bigWithin('qualityPpm', session.qualityPpm, 0n, PPM)
  bigWithin('hops', session.hops, 1n, 64n)
  bigWithin('ratingPpm', rule.ratingPpm, 0n, PPM)
  const effect = ratingEffectPpm(session.stars, session.rater, rule.halfTrust)
  const rating = PPM * PPM + rule.ratingPpm * effect
  return (bytes * session.weakWeightPpm * session.qualityPpm * rating) / (session.hops * PPM ** 4n)
}

/** A session's bytes with whom they were for and when. */
export interface PairBytes {
  readonly user: string
  readonly sharer: string
  /** Whole days since the epoch. */
  readonly day: number
  readonly bytes: bigint
}

/**
 * Cuts bytes to a cap per pair and day and a cap per user and day, first come first served.
 * @returns bytes that still count, one for each entry
 * @throws {PranError} `OUT_OF_RANGE`
 * @see docs/spec/pran.md PRAN-16
 */
export function cappedBytes(
  entries: readonly PairBytes[],
  caps: { readonly pairDay: bigint; readonly userDay: bigint },
): bigint[] {
  const used = new Map<string, bigint>()
  return entries.map(({ user, sharer, day, bytes }) => {
    bigWithin('bytes', bytes, 0n, MAX_COUNT)
    const [pairKey, userKey] = [JSON.stringify([day, user, sharer]), JSON.stringify([day, user])]
    const [pair, own] = [used.get(pairKey) ?? 0n, used.get(userKey) ?? 0n]
    const counted = clampBig(leastOf(bytes, caps.pairDay - pair, caps.userDay - own), 0n, MAX_COUNT)
    used.set(pairKey, pair + counted)
    used.set(userKey, own + counted)
    return counted
  })
}
