import type { Codes } from '@conet/core/errors'

export const SETUP_CODES = {
  /** An option is missing or outside its range (`data.path`). */
  SETUP_INVALID: 'reject',
  /** It was applied before: undo first. */
  SETUP_APPLIED: 'reject',
  /** There is nothing to undo. */
  SETUP_NOT_APPLIED: 'reject',
  /** A step failed (`data.step`); what was done before it was undone. */
  SETUP_FAILED: 'retry',
} as const satisfies Codes

export type SetupCode = keyof typeof SETUP_CODES
