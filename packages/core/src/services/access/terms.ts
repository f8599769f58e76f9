import { ok, type Result, reject } from '../../errors/index.js'
import type { Amount } from '../../units/index.js'
import { AmountText, closed, DidText, parser, Type } from '../../wire/index.js'
import type { AccessCode } from './codes.js'
import { bytesForAmount } from './price.js'
import type { AccessTerms } from './types.js'

/** Terms as they travel and as the registry stores them: amounts and bytes are decimal strings. */
export interface AccessTermsWire {
  readonly tariff: { readonly asset: string; readonly perGiB: string; readonly perHour: string }
  readonly trialMs: number
  readonly restMs: number
  readonly toleranceBps: number
  readonly toleranceBytes: string
  readonly maxUnpaid: string
  readonly maxUnpaidCap: string
  readonly shares: readonly { readonly to: string; readonly bps: number }[]
}

/** Ranges of the terms; each bound has its reason. */
export const TERMS_LIMITS = {
  /** Below 200 ms a statement and its voucher do not fit into a trial over a slow line. */
  trialMs: { min: 200, max: 60_000 },
  /** 0: every moment is trial, paid as it goes. One hour is the longest time a client can lose. */
  restMs: { min: 0, max: 3_600_000 },
  /** More than half would make the meter meaningless. */
  toleranceBps: { min: 0, max: 5_000 },
  /** 64 MiB. */
  toleranceBytes: { min: 0n, max: 67_108_864n },
  /** 10^15 micro-credits: a billion credits per GiB or hour, far from overflow in any product. */
  rate: { min: 0n, max: 10n ** 15n },
  unpaid: { min: 0n, max: 10n ** 18n },
  shares: { maxCount: 8, wholeBps: 10_000 },
  /** A TLS handshake and a small page: less unpaid traffic would hold back the first flow before anything is seen. */
  minUnpaidBytes: 65_536n,
} as const

/** Terms an owner gets who says nothing about them: design 5.2. */
export const DEFAULT_TERMS = {
  trialMs: 2_000,
  restMs: 8_000,
  toleranceBps: 500,
  toleranceBytes: 262_144n,
  shares: [],
} as const satisfies Partial<AccessTerms>

/** Shares of a payment, also repeated in vouchers: 0..8 receivers with 1..10,000 basis points each. */
export const SharesSchema = Type.Array(
  closed({ to: DidText, bps: Type.Integer({ minimum: 1, maximum: TERMS_LIMITS.shares.wholeBps }) }),
  { maxItems: TERMS_LIMITS.shares.maxCount },
)

/** Asset id as the ledger names it. */
export const AssetText = Type.String({ minLength: 1, maxLength: 64 })

const Whole = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/** Wire form of the terms; ranges are checked by `checkTerms`, so that a refusal can name the bound. */
export const TermsSchema = closed({
  tariff: closed({ asset: AssetText, perGiB: AmountText, perHour: AmountText }),
  trialMs: Whole,
  restMs: Whole,
  toleranceBps: Whole,
  toleranceBytes: AmountText,
  maxUnpaid: AmountText,
  maxUnpaidCap: AmountText,
  shares: SharesSchema,
})

const readTerms = parser(TermsSchema)

/**
 * Reads terms from their wire form and checks every range.
 *
 * @param value - untrusted
 * @returns the terms, or a rejection `PAYLOAD_MALFORMED`, `TERMS_RANGE`, `TERMS_SHARES`, `TERMS_UNPAID_TOO_SMALL`
 */
export function parseTerms(value: unknown): Result<AccessTerms, AccessCode> {
  const read = readTerms(value)
  return read.ok ? checkTerms(read.value) : read
}

/** Writes terms in their wire form; `parseTerms` gives back the same terms. */
export function encodeTerms(terms: AccessTerms): AccessTermsWire {
  const { asset, perGiB, perHour } = terms.tariff
  return {
    tariff: { asset, perGiB: perGiB.toString(), perHour: perHour.toString() },
    trialMs: terms.trialMs,
    restMs: terms.restMs,
    toleranceBps: terms.toleranceBps,
    toleranceBytes: terms.toleranceBytes.toString(),
    maxUnpaid: terms.maxUnpaid.toString(),
    maxUnpaidCap: terms.maxUnpaidCap.toString(),
    shares: terms.shares.map(({ to, bps }) => ({ to, bps })),
  }
}

/**
 * Checks the ranges of terms (TERMS_LIMITS).
 *
 * @returns the same terms, or `TERMS_RANGE` with the field and its bounds, `TERMS_SHARES`, `TERMS_UNPAID_TOO_SMALL`
 * @see docs/spec/rounds.md RND-2
 */
export function checkTerms(terms: AccessTerms): Result<AccessTerms, AccessCode> {
  const { trialMs, restMs, toleranceBps, toleranceBytes, rate, unpaid } = TERMS_LIMITS
  const outside =
    range('trialMs', terms.trialMs, trialMs) ??
    range('restMs', terms.restMs, restMs) ??
    range('toleranceBps', terms.toleranceBps, toleranceBps) ??
    range('toleranceBytes', terms.toleranceBytes, toleranceBytes) ??
    range('tariff.perGiB', terms.tariff.perGiB, rate) ??
    range('tariff.perHour', terms.tariff.perHour, rate) ??
    range('maxUnpaidCap', terms.maxUnpaidCap, unpaid) ??
    range('maxUnpaid', terms.maxUnpaid, { min: 0n, max: terms.maxUnpaidCap })
  if (outside !== undefined) return outside
  return checkShares(terms) ?? checkUnpaid(terms) ?? ok(terms)
}

function range<T extends number | bigint>(field: string, value: T, bounds: { readonly min: T; readonly max: T }) {
  if (value >= bounds.min && value <= bounds.max && (typeof value === 'bigint' || Number.isInteger(value)))
    return undefined
  return reject('TERMS_RANGE', { field, value, min: bounds.min, max: bounds.max })
}

function checkShares({ shares }: AccessTerms) {
  const sum = shares.reduce((total, share) => total + share.bps, 0)
  const receivers = new Set(shares.map(share => share.to)).size
  const whole = TERMS_LIMITS.shares.wholeBps
  if (sum > whole || receivers !== shares.length || shares.some(share => share.bps < 1)) {
    return reject('TERMS_SHARES', { sum, receivers })
  }
  return undefined
}

function checkUnpaid({ maxUnpaid, tariff }: AccessTerms) {
  if (bytesForAmount(maxUnpaid, tariff) >= TERMS_LIMITS.minUnpaidBytes) return undefined
  return reject('TERMS_UNPAID_TOO_SMALL', { maxUnpaid, needed: unpaidNeeded(tariff.perGiB) })
}

/** Smallest `maxUnpaid` that lets a first flow through; rounded up. */
function unpaidNeeded(perGiB: Amount): Amount {
  return (TERMS_LIMITS.minUnpaidBytes * perGiB + 1_073_741_823n) / 1_073_741_824n
}

/**
 * Terms of a session that relays carry: what the relays want of each payment is shared off the provider's part.
 *
 * @param via - the relays' shares; check the result with `checkTerms` (`TERMS_SHARES`)
 * @see docs/spec/carry.md CAR-5
 */
export function withRelays(terms: AccessTerms, via: AccessTerms['shares'] = []): AccessTerms {
  return via.length === 0 ? terms : { ...terms, shares: [...terms.shares, ...via] }
}

/** Whether two sides mean the same terms: compared as they travel. */
export function sameTerms(one: AccessTerms, other: AccessTerms): boolean {
  return JSON.stringify(encodeTerms(one)) === JSON.stringify(encodeTerms(other))
}
