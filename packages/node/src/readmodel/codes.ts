import type { Codes } from '@conet/core/errors'

/** Why the read model could not take a block or answer. */
export const READMODEL_CODES = {
  /** A block is missing between what is stored and what came: rebuild. */
  READMODEL_GAP: 'reject',
  /** The cursor of a page is not one that we gave out. */
  CURSOR_INVALID: 'reject',
  /** The database cannot be opened or refuses. */
  READMODEL_STORAGE: 'retry',
} as const satisfies Codes

export type ReadModelCode = keyof typeof READMODEL_CODES
