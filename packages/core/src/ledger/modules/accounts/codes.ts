import type { Codes } from '../../../errors/index.js'

/** Rejections of the accounts module. */
export const ACCOUNTS_CODES = {
  ASSET_UNKNOWN: 'reject',
  ASSET_EXISTS: 'reject',
  NOT_ISSUER: 'reject',
  /** `data.available` is what could be spent. */
  BALANCE_SHORT: 'reject',
  /** Someone who owes cannot spend; income pays debts first. */
  DEBT_OPEN: 'reject',
  AMOUNT_INVALID: 'reject',
  /** A sum would pass MAX_AMOUNT. */
  AMOUNT_OVERFLOW: 'reject',
  TRANSFER_TO_SELF: 'reject',
} as const satisfies Codes
