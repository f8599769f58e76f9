import type { Codes } from '../../../errors/index.js'

/** Rejections of the sessions module. */
export const SESSIONS_CODES = {
  /** The client in the payload is not the one who signed. */
  CLIENT_MISMATCH: 'reject',
  /** Signer is neither the client nor the provider. */
  PARTY_UNKNOWN: 'reject',
  PROVIDER_IS_CLIENT: 'reject',
  SESSION_UNKNOWN: 'reject',
  SESSION_CLOSED: 'reject',
  SESSION_EXPIRED: 'reject',
  /** The cumulative amount is below what was settled: lost or reordered, harmless. */
  VOUCHER_BELOW: 'ignore',
  /** The cumulative amount is exactly what was settled: a repetition, harmless. */
  NOTHING_NEW: 'ignore',
  /** Shares add up to more than the whole. */
  SHARES_MALFORMED: 'reject',
  ESCROW_EXISTS: 'reject',
  ESCROW_UNKNOWN: 'reject',
  ESCROW_EXPIRY_INVALID: 'reject',
  /** The close was asked for before. */
  CLOSING_ALREADY: 'ignore',
  ASSET_UNKNOWN: 'reject',
  BALANCE_SHORT: 'reject',
  DEBT_OPEN: 'reject',
  AMOUNT_OVERFLOW: 'reject',
} as const satisfies Codes
