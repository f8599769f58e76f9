import type { Codes } from '../errors/index.js'

/** Closed set of codes of the round protocol; RND-14 lists them. */
export const ROUND_CODES = {
  /** The request names another provider: a relay cannot pass it on. */
  PROVIDER_WRONG: 'reject',
  /** The grant differs from what was asked for (`data.field`). */
  GRANT_MISMATCH: 'punish',
  /** Below the highest voucher: harmless when messages were reordered. */
  VOUCHER_BELOW: 'ignore',
  /** The voucher answers no statement of this session. */
  STATEMENT_UNKNOWN: 'reject',
  /** The voucher names another session, amount, asset, split or escrow than statement and grant (`data.field`). */
  VOUCHER_MISMATCH: 'reject',
  /** The client did not sign this voucher. */
  VOUCHER_FORGED: 'punish',
  /** The voucher could not be stored, so nothing is extended; send it again. */
  STORAGE_FAILED: 'retry',
  /** The session has ended. */
  SESSION_CLOSED: 'reject',
} as const satisfies Codes

export type RoundCode = keyof typeof ROUND_CODES

/** Why a client does not pay a statement; kept with the evidence. */
export const DISPUTES = [
  /** More bytes than the own count allows (RND-6). */
  'METER_ABOVE_COUNT',
  /** Time that has not begun yet. */
  'TIME_TOO_EARLY',
  /** The amount is above the price of the counts. */
  'PRICE_ABOVE_TARIFF',
  /** Times do not fit the grant. */
  'TIMES_WRONG',
  /** The last statement bills a round the client did not begin. */
  'FINAL_TOO_LONG',
] as const
export type Dispute = (typeof DISPUTES)[number]
