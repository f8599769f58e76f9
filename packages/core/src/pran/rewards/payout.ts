import { ok, type Result, reject } from '../../errors/index.js'
import type { Amount } from '../../units/index.js'
import { bigWithin } from '../guard.js'
import { leastOf, MAX_COUNT, PPM, type Ppm, sumOf } from './fixed.js'

/** Weighted bytes that ρmax is the price of: one GB. */
export const SCORE_UNIT = 1_000_000_000n

export interface Payout {
  /** Micro-credits for each score, in the order given. */
  readonly pay: readonly Amount[]
  /** What stays in the pool. */
  readonly rest: Amount
}

/**
 * Divides `total` in the ratio of the weights: floors first, then one micro-credit each to the largest remainders, of equal ones to
 * the earlier.
 *
 * @returns parts whose sum is `total`; all 0 if every weight is 0
 * @throws {PranError} `OUT_OF_RANGE`
 * @see docs/spec/pran.md PRAN-15
 */
export function largestRemainder(total: Amount, weights: readonly bigint[]): Amount[] {
  bigWithin('total', total, 0n, MAX_COUNT)
  for (const weight of weights) bigWithin('weight', weight, 0n, MAX_COUNT ** 2n)
  const sum = sumOf(weights)
  if (sum === 0n) return weights.map(() => 0n)
  const parts = weights.map(weight => (total * weight) / sum)
  const remainder = weights.map(weight => (total * weight) % sum)
  const order = [...weights.keys()].sort((a, b) => compare(remainder[b] ?? 0n, remainder[a] ?? 0n) || a - b)
  const open = Number(total - sumOf(parts))
  for (const index of order.slice(0, open)) parts[index] = (parts[index] ?? 0n) + 1n
  return parts
}

/**
 * Pays scores from a pool at rate = min(Pool/Σx, ρmax).
 *
 * Never above the pool, and nobody above the whole micro-credits of x · ρmax: what rounding would add beyond stays in the pool.
 *
 * @param scores - weighted bytes, each ≥ 0
 * @param pool - micro-credits ≥ 0
 * @param maxRate - ρmax, micro-credits per GB of score
 * @throws {PranError} `OUT_OF_RANGE`
 * @see docs/spec/pran.md PRAN-15
 */
export function payout(scores: readonly bigint[], pool: Amount, maxRate: Amount): Payout {
  bigWithin('pool', pool, 0n, MAX_COUNT)
  bigWithin('maxRate', maxRate, 0n, MAX_COUNT)
  const limits = scores.map(score => (score * maxRate) / SCORE_UNIT)
  const total = leastOf(pool, (sumOf(scores) * maxRate) / SCORE_UNIT)
  const pay = largestRemainder(total, scores).map((part, i) => leastOf(part, limits[i] ?? 0n))
  return { pay, rest: pool - sumOf(pay) }
}

/** What bounds the gain from serving oneself. */
export interface SubsidyPolicy {
  readonly maxRate: Amount
  readonly maxWeightPpm: Ppm
  readonly ratingPpm: Ppm
  /** What a GB really costs the served user, in micro-credits: what does not come back to any sharer. */
  readonly debitPerGb: Amount
}

/**
 * Accepts a policy only if fake traffic costs at least what it earns: ρmax · Wmax · (1 + δ) ≤ the real debit per GB.
 * @returns `SELF_SERVING_PAYS` with both sides, in micro-credits per GB
 * @throws {PranError} `OUT_OF_RANGE`
 * @see docs/spec/pran.md PRAN-16; HIP-10
 */
export function checkSubsidy(policy: SubsidyPolicy): Result<SubsidyPolicy, 'SELF_SERVING_PAYS'> {
  bigWithin('maxRate', policy.maxRate, 0n, MAX_COUNT)
  bigWithin('maxWeightPpm', policy.maxWeightPpm, PPM, 100n * PPM)
  bigWithin('ratingPpm', policy.ratingPpm, 0n, PPM)
  bigWithin('debitPerGb', policy.debitPerGb, 0n, MAX_COUNT)
  const gain = policy.maxRate * policy.maxWeightPpm * (PPM + policy.ratingPpm)
  if (gain > policy.debitPerGb * PPM * PPM) {
    return reject('SELF_SERVING_PAYS', { gain: gain / (PPM * PPM), debit: policy.debitPerGb })
  }
  return ok(policy)
}

/** Both parts of a sharer's pay for one session. */
export interface SplitPay {
  /** From the user to the sharer: sums to zero over both. */
  readonly transfer: Amount
  /** Score that takes part in the subsidised pool: 0 where direct service is good enough. */
  readonly subsidisedScore: bigint
}

/**
 * Splits pay into the user's transfer and the subsidy, which is due only where direct service is measured below the threshold.
 *
 * @param price - what the user owes for the session, micro-credits
 * @param directPpm - measured direct service, share of full service
 * @throws {PranError} `OUT_OF_RANGE`
 */
export function splitPay(price: Amount, score: bigint, directPpm: Ppm, thresholdPpm: Ppm): SplitPay {
  bigWithin('price', price, 0n, MAX_COUNT)
  bigWithin('score', score, 0n, MAX_COUNT ** 2n)
  bigWithin('directPpm', directPpm, 0n, PPM)
  bigWithin('thresholdPpm', thresholdPpm, 0n, PPM)
  return { transfer: price, subsidisedScore: directPpm < thresholdPpm ? score : 0n }
}

/**
 * Per-connection micro-fee from the user: each connection pays until the day's cap.
 * @returns micro-credits
 * @throws {PranError} `OUT_OF_RANGE`
 */
export function connectionFee(connections: bigint, fee: Amount, dayCap: Amount): Amount {
  bigWithin('connections', connections, 0n, MAX_COUNT)
  bigWithin('fee', fee, 0n, MAX_COUNT)
  bigWithin('dayCap', dayCap, 0n, MAX_COUNT)
  return leastOf(connections * fee, dayCap)
}

/** Three-way comparison without a difference that would lose bits. */
export function compare(a: bigint, b: bigint): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0
}
