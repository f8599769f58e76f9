import type { Amount } from '../../units/index.js'
import { PranError } from '../codes.js'
import { bigWithin, wholeWithin } from '../guard.js'
import { PPM, type Ppm } from './fixed.js'
import { largestRemainder } from './payout.js'

/** At most a fifth of a pool pays for being ready: presence is easier to fake than bytes. */
export const MAX_STANDBY_PPM: Ppm = 200_000n

/** A sharer on standby in one weak cell during one slot. */
export interface Standby {
  readonly sharer: string
  /** Places of the cell that it covers, by name. */
  readonly covers: readonly string[]
  /** Random probes sent to it and answered in time. */
  readonly probes: number
  readonly answered: number
}

export interface StandbyRule {
  /** Share of the pool, at most MAX_STANDBY_PPM. */
  readonly sharePpm: Ppm
  /** Answered share of the probes that is needed for any pay. */
  readonly answeredPpm: Ppm
}

/** Finer than any remainder that matters. */
const PLACE = 10n ** 12n

/**
 * Pays standby of one weak cell and slot from at most a fifth of the pool.
 *
 * Each covered place is worth the same and is shared equally by the sharers that cover it: that is everyone's average marginal
 * coverage over all orders of arrival (the Shapley value), scaled by answered probes. Without a probe there is no pay.
 *
 * @param pool - micro-credits of the cell and slot
 * @returns micro-credits per sharer, their sum never above the share of the pool
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_WHOLE`, `DUPLICATE` if a sharer stands there twice
 * @see docs/spec/pran.md PRAN-17
 */
export function standbyPay(standby: readonly Standby[], pool: Amount, rule: StandbyRule): Amount[] {
  bigWithin('sharePpm', rule.sharePpm, 0n, MAX_STANDBY_PPM)
  bigWithin('answeredPpm', rule.answeredPpm, 0n, PPM)
  checkOnce(standby)
  const answered = standby.map(answeredPpm)
  const present = standby.filter((_, i) => (answered[i] ?? 0n) > 0n && (answered[i] ?? 0n) >= rule.answeredPpm)
  const crowd = new Map<string, bigint>()
  for (const { covers } of present) for (const place of new Set(covers)) crowd.set(place, (crowd.get(place) ?? 0n) + 1n)
  const weights = standby.map((one, i) => {
    if (!present.includes(one)) return 0n
    const places = [...new Set(one.covers)].reduce((sum, place) => sum + PLACE / (crowd.get(place) ?? 1n), 0n)
    return places * (answered[i] ?? 0n)
  })
  // Who missed probes leaves its part in the pool: the share is divided by what full answers would weigh.
  const full = BigInt(crowd.size) * PLACE * PPM
  const missing = full - weights.reduce((sum, weight) => sum + weight, 0n)
  return largestRemainder((pool * rule.sharePpm) / PPM, [...weights, missing]).slice(0, -1)
}

function answeredPpm({ probes, answered }: Standby): Ppm {
  wholeWithin('probes', probes, { min: 0, max: 1e9 })
  wholeWithin('answered', answered, { min: 0, max: probes })
  return probes === 0 ? 0n : (BigInt(answered) * PPM) / BigInt(probes)
}

function checkOnce(standby: readonly Standby[]): void {
  const seen = new Set<string>()
  for (const { sharer } of standby) {
    if (seen.has(sharer))
      throw new PranError('DUPLICATE', `${sharer} stands there twice.`, { name: 'sharer', value: sharer })
    seen.add(sharer)
  }
}
