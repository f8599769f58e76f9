import type { Codes } from '../../../errors/index.js'
import { DID_CODES } from '../../../identity/index.js'

/** Codes of the operations, and the limit that only a ledger needs. */
export const IDENTITY_CODES = {
  ...DID_CODES,
  PAYLOAD_MALFORMED: 'reject',
  /** The history has as many versions as one DID may have; only deactivation is left. */
  VERSIONS_EXHAUSTED: 'reject',
  /** What is free is used up, and the fee cannot be paid. */
  ASSET_UNKNOWN: 'reject',
  BALANCE_SHORT: 'reject',
  DEBT_OPEN: 'reject',
} as const satisfies Codes
