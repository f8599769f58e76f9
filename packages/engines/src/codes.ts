import { type Codes, ConetError, type ErrorData } from '@conet/core/errors'

/** Every failure an engine can show, with what the caller should do about it. */
export const ENGINE_CODES = {
  ENGINE_STOPPED: 'retry',
  ENGINE_UNREACHABLE: 'retry',
  ENGINE_FAILED: 'reject',
  ENGINE_MISSING: 'reject',
  MEMPOOL_FULL: 'retry',
  DISK_FULL: 'retry',
  DISK_FAILED: 'retry',
  DATA_LOCKED: 'reject',
  LOG_CORRUPT: 'reject',
  STATE_MISMATCH: 'reject',
  GENESIS_MISMATCH: 'reject',
  GENESIS_MISSING: 'reject',
  GENESIS_CORRUPT: 'reject',
  BLOCK_MALFORMED: 'punish',
  LEDGER_FORKED: 'punish',
  SIGNER_UNKNOWN: 'reject',
  SIGNATURE_INVALID: 'punish',
} as const satisfies Codes

export type EngineCode = keyof typeof ENGINE_CODES

/** Makes the error of one of this room's codes with its verdict. */
export function engineError(code: EngineCode, message: string, data: ErrorData = {}, cause?: unknown): ConetError {
  return new ConetError(code, message, { verdict: ENGINE_CODES[code], data, cause })
}
