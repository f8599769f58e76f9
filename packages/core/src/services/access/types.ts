import type { Amount, BasisPoints, Bytes, Did, Millis } from '../../units/index.js'

/** Prices of an access session; on the wire the amounts are decimal strings. */
export interface Tariff {
  readonly asset: string
  /** Micro-credits per GiB (2^30 bytes), both directions added. */
  readonly perGiB: Amount
  /** Micro-credits per hour of access. */
  readonly perHour: Amount
}

/** What a session has used so far; cumulative, so that rounding never accumulates. */
export interface Usage {
  /** Bytes of flows the client opened, both directions. */
  readonly bytes: Bytes
  /** Time paid for or used, from the grant. */
  readonly elapsedMs: Millis
}

/** Terms of an access offer, as the registry keeps them and as the grant repeats them. */
export interface AccessTerms {
  readonly tariff: Tariff
  /** Unpaid part at the head of a round; default 2,000. */
  readonly trialMs: Millis
  /** Paid part of a round; default 8,000. */
  readonly restMs: Millis
  /** Statement and client meter may differ by this share; default 500 (5 %). */
  readonly toleranceBps: BasisPoints
  /** ... plus this many bytes, so that a short session is not ended by one packet; default 262,144. */
  readonly toleranceBytes: Bytes
  /** Largest unpaid amount a stranger may reach; grows with paid rounds up to `maxUnpaidCap` (RND-12). */
  readonly maxUnpaid: Amount
  readonly maxUnpaidCap: Amount
  /** Split of every payment, e.g. to a relay's upstream; the rest goes to the provider. */
  readonly shares: readonly { readonly to: Did; readonly bps: BasisPoints }[]
}
