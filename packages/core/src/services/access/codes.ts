import type { Codes } from '../../errors/index.js'

/** Closed set of codes of the access service. */
export const ACCESS_CODES = {
  /** A rate of the tariff is below zero. */
  TARIFF_NEGATIVE: 'reject',
  /** Bytes, time or an amount below zero, or a time that is no whole number of milliseconds. */
  USAGE_NEGATIVE: 'reject',
  /** The result does not fit an amount. */
  PRICE_OVERFLOW: 'reject',
  /** Terms have a missing, unknown or unreadable member (`data.path`). */
  PAYLOAD_MALFORMED: 'reject',
  /** A member of the terms is outside its range (`data.field`, `data.min`, `data.max`). */
  TERMS_RANGE: 'reject',
  /** Shares add up to more than the whole, or one receiver stands there twice. */
  TERMS_SHARES: 'reject',
  /** `maxUnpaid` allows fewer bytes than one flow needs, so no session could begin (`data.needed`). */
  TERMS_UNPAID_TOO_SMALL: 'reject',
} as const satisfies Codes

export type AccessCode = keyof typeof ACCESS_CODES
