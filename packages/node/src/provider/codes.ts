import type { Codes } from '@conet/core/errors'

/** Every reason for which the provider turns something away. The codes are API; what to do stands beside each. */
export const PROVIDER_CODES = {
  /** Not an envelope, wrong kind, wrong members, or too large. */
  ENVELOPE_INVALID: 'reject',
  /** Signed for another ledger. */
  LEDGER_WRONG: 'reject',
  /** Meant for another provider. */
  PROVIDER_WRONG: 'reject',
  /** `exp` has passed: sign a new request. */
  EXPIRED: 'reject',
  /** `iat` is too far from the provider's clock, which stands in `data.now`: set the clock or sign with the offset. */
  CLOCK_SKEW: 'reject',
  /** The nonce was seen before and the session it opened is over. */
  REPLAYED: 'ignore',
  /** The key is unknown, revoked or of small order. */
  KEY_UNKNOWN: 'reject',
  SIGNATURE_INVALID: 'punish',
  OFFER_UNKNOWN: 'reject',
  /** The offer has a newer version, in `data.version`: read it and ask again. */
  OFFER_CHANGED: 'reject',
  OFFER_PAUSED: 'retry',
  /** The owner's policy says no. */
  DENIED: 'reject',
  /** This identity, device or address used up its unpaid trials; `data.retryAt` says when the next is free. */
  TRIALS_USED_UP: 'retry',
  /** Too many strangers at once, or too much unpaid in total. */
  BUSY: 'retry',
  /** Less money than the first round costs: `data.needed`, `data.available`. */
  BALANCE_TOO_LOW: 'reject',
  ESCROW_UNKNOWN: 'reject',
  SESSION_UNKNOWN: 'reject',
  SESSION_CLOSED: 'reject',
  /** The first frame of a line proves nothing about the client. */
  NOT_ATTACHED: 'reject',
  /** Voucher below the highest one. */
  VOUCHER_BELOW: 'reject',
  /** Voucher answers no statement of this session, or its amount is not the statement's. */
  STATEMENT_UNKNOWN: 'reject',
  /** Voucher names another asset, split or escrow than the grant. */
  VOUCHER_MISMATCH: 'reject',
  /** Voucher came after the trial's end: access is cut already; it still settles what it promises. */
  VOUCHER_LATE: 'reject',
  /** The voucher could not be stored: nothing is extended; send it again. */
  DISK_FULL: 'retry',
  STORAGE_FAILED: 'retry',
  GATEWAY_FAILED: 'retry',
  NOT_RUNNING: 'retry',
} as const satisfies Codes

export type ProviderCode = keyof typeof PROVIDER_CODES
