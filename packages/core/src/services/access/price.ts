import { ConetError, type ErrorData } from '../../errors/index.js'
import { type Amount, type Bytes, MAX_AMOUNT } from '../../units/index.js'
import type { AccessCode } from './codes.js'
import type { Tariff, Usage } from './types.js'

/** 2^30: the unit of `perGiB`. */
export const BYTES_PER_GIB: Bytes = 1_073_741_824n
/** The unit of `perHour`: 60 × 60 × 1,000. */
export const MILLIS_PER_HOUR = 3_600_000n
/** What "no limit" means where a count of bytes is asked for: the largest signed 64-bit integer. */
export const UNLIMITED_BYTES: Bytes = 2n ** 63n - 1n

/** A tariff or a usage that has no price. */
export class TariffError extends ConetError {
  override readonly name = 'TariffError'

  constructor(code: AccessCode, message: string, data: ErrorData) {
    super(code, message, { data })
  }
}

/**
 * Price of an access session so far.
 *
 * Integer arithmetic only: both parties and every validator must get the same result. Each part is rounded down, so a
 * client never pays for a fraction it did not use; because usage is cumulative, rounding never adds up over rounds.
 *
 * @param usage - bytes carried both ways and whole milliseconds since the grant, both ≥ 0
 * @param tariff - micro-credits per GiB (2^30 bytes) and per hour, both ≥ 0
 * @returns micro-credits (1 credit = 10^6), at most MAX_AMOUNT
 * @throws {TariffError} `TARIFF_NEGATIVE` if a rate is below zero, `USAGE_NEGATIVE` if usage is below zero or has a
 *   fraction, `PRICE_OVERFLOW` above MAX_AMOUNT
 * @see docs/spec/rounds.md RND-8; white paper 2.3 (3)
 */
export function price(usage: Usage, tariff: Tariff): Amount {
  checkTariff(tariff)
  checkCount('bytes', usage.bytes)
  if (!Number.isSafeInteger(usage.elapsedMs)) throw negative('elapsedMs', usage.elapsedMs)
  checkCount('elapsedMs', BigInt(usage.elapsedMs))
  const forBytes = (usage.bytes * tariff.perGiB) / BYTES_PER_GIB
  const forTime = (BigInt(usage.elapsedMs) * tariff.perHour) / MILLIS_PER_HOUR
  const total = forBytes + forTime
  if (total > MAX_AMOUNT) {
    throw new TariffError('PRICE_OVERFLOW', 'The price is larger than any amount: lower the tariff.', { total })
  }
  return total
}

/**
 * How many bytes an unpaid amount allows: the largest count whose exact price is not above the amount.
 *
 * Rounded down, so that whoever extends credit never loses more than `amount` (RND-12).
 *
 * @param amount - micro-credits ≥ 0
 * @returns bytes ≥ 0; `UNLIMITED_BYTES` if bytes cost nothing
 * @throws {TariffError} `TARIFF_NEGATIVE`, `USAGE_NEGATIVE`
 */
export function bytesForAmount(amount: Amount, tariff: Tariff): Bytes {
  checkTariff(tariff)
  checkCount('amount', amount)
  if (tariff.perGiB === 0n) return UNLIMITED_BYTES
  const bytes = (amount * BYTES_PER_GIB) / tariff.perGiB
  return bytes < UNLIMITED_BYTES ? bytes : UNLIMITED_BYTES
}

function checkTariff(tariff: Tariff): void {
  for (const rate of ['perGiB', 'perHour'] as const) {
    if (tariff[rate] < 0n) {
      throw new TariffError('TARIFF_NEGATIVE', `The rate ${rate} is below zero: use 0 for a free part.`, {
        rate,
        value: tariff[rate],
      })
    }
  }
}

function checkCount(what: string, count: bigint): void {
  if (count < 0n) throw negative(what, count)
}

function negative(what: string, value: bigint | number): TariffError {
  return new TariffError('USAGE_NEGATIVE', `${what} must be a whole number, zero or more.`, { what, value })
}
