import type { Codes } from '../errors/index.js'

/** Codes of the machine itself; each module adds its own. Spec: docs/spec/ledger.md LED-10 and following. */
export const LEDGER_CODES = {
  LEDGER_WRONG: 'reject',
  EXPIRED: 'reject',
  EXP_TOO_FAR: 'retry',
  REPLAYED: 'ignore',
  SIGNATURE_INVALID: 'punish',
  SIGNER_UNKNOWN: 'reject',
  SIGNER_REVOKED: 'reject',
  KIND_UNKNOWN: 'reject',
  TYPE_UNKNOWN: 'reject',
  PAYLOAD_MALFORMED: 'reject',
  AMOUNT_INVALID: 'reject',
} as const satisfies Codes

/** Codes thrown as ConetError at the machine's edge. */
export const LEDGER_ERRORS = {
  GENESIS_MALFORMED: 'reject',
  GENESIS_REPEATED: 'reject',
  NOT_INITIALISED: 'reject',
  BLOCK_OUT_OF_ORDER: 'reject',
  NOTHING_TO_COMMIT: 'reject',
  QUERY_UNKNOWN: 'reject',
  QUERY_MALFORMED: 'reject',
  SNAPSHOT_MISMATCH: 'punish',
  SNAPSHOT_UNKNOWN: 'retry',
  STORAGE_NOT_EMPTY: 'reject',
  STATE_CORRUPT: 'reject',
  MODULES_UNSATISFIED: 'reject',
} as const satisfies Codes
