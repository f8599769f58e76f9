import type { Offer } from '@conet/client/api'
import { type AccessTerms, BYTES_PER_GIB, price } from '@conet/core/services/access'
import type { Amount } from '@conet/core/units'
import type { Limits } from './budget.js'

const HOUR_MS = 3_600_000

/** The next larger amount with two digits that count: for people. */
export function neat(amount: Amount): Amount {
  const scale = 10n ** BigInt(Math.max(0, amount.toString().length - 2))
  return ((amount + scale - 1n) / scale) * scale
}

/** The most that one round can honestly cost: its time, and the unpaid limit at its largest. */
export function dearestRound(terms: AccessTerms): Amount {
  return terms.maxUnpaidCap + price({ bytes: 0n, elapsedMs: terms.trialMs + terms.restMs }, terms.tariff) + 1n
}

/** Limits to begin with: an hour and a GiB, and no honest round is refused. */
export function usualLimits({ terms }: Pick<Offer, 'terms'>): Limits {
  const perRound = neat(dearestRound(terms))
  const hour = neat(price({ bytes: BYTES_PER_GIB, elapsedMs: HOUR_MS }, terms.tariff))
  return { perRound, perHour: hour > 2n * perRound ? hour : 2n * perRound }
}
