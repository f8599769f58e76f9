import { bytesForAmount, price } from '../services/access/price.js'
import type { AccessTerms, Tariff } from '../services/access/types.js'
import type { Amount, BasisPoints, Bytes } from '../units/index.js'
import { roundMs } from './timeline.js'

/**
 * Unpaid limit after honestly paid rounds: a third more for each, rounded down, but never by more than was paid, and never above
 * the cap (RND-12). A limit that stands above the cap already is not taken back.
 *
 * @param credit - micro-credits, the limit so far
 * @param cap - `maxUnpaidCap` of the terms
 * @param paid - what these rounds paid, micro-credits
 * @param rounds - how many they are, 0 or more
 */
export function nextCredit(credit: Amount, cap: Amount, paid: Amount, rounds = 1): Amount {
  const most = credit + paid < cap ? credit + paid : cap
  let grown = credit
  for (let round = 0; round < rounds && grown < most; round++) {
    const next = (grown * 4n) / 3n
    if (next === grown) break
    grown = next
  }
  if (grown > most) grown = most
  return grown > credit ? grown : credit
}

/** Bytes that may pass in total when `paidBytes` are paid and `credit` may be owed (RND-12). */
export function quotaFor(paidBytes: Bytes, credit: Amount, tariff: Tariff): Bytes {
  return paidBytes + bytesForAmount(credit, tariff)
}

/**
 * The most a provider can lose to one client: the unpaid bytes its credit allows, and the time of one trial.
 *
 * One micro-credit is added because the two parts of a price are rounded down separately.
 *
 * @param credit - the client's unpaid limit now
 * @returns micro-credits
 * @see docs/spec/rounds.md RND-12
 */
export function providerRisk(terms: AccessTerms, credit: Amount): Amount {
  return credit + price({ bytes: 0n, elapsedMs: terms.trialMs }, terms.tariff) + 1n
}

/**
 * The most a client can lose to one provider: the time of one round paid ahead, and the bytes a provider may add to its
 * meter without being noticed.
 *
 * @param ownBytes - what the client counted itself
 * @param inFlight - bytes its meter allows for data under way (RND-6)
 * @returns micro-credits
 * @see docs/spec/rounds.md RND-13
 */
export function clientRisk(terms: AccessTerms, ownBytes: Bytes, inFlight: Bytes): Amount {
  const unnoticed = claimLimit(terms, ownBytes, inFlight) - ownBytes
  return price({ bytes: unnoticed, elapsedMs: roundMs(terms) }, terms.tariff) + 1n
}

/**
 * The largest count of bytes a client accepts (RND-6).
 *
 * Cumulative: the fixed parts count once for the whole session, not once a round.
 */
export function claimLimit(
  terms: { readonly toleranceBps: BasisPoints; readonly toleranceBytes: Bytes },
  ownBytes: Bytes,
  inFlight: Bytes,
): Bytes {
  return ownBytes + (ownBytes * BigInt(terms.toleranceBps)) / 10_000n + terms.toleranceBytes + inFlight
}
