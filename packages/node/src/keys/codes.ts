import type { Codes } from '@conet/core/errors'

/** Why a key or token file was refused. */
export const KEY_CODES = {
  /** There is no such file; `conet init` makes one. */
  KEY_MISSING: 'reject',
  /** The file is there already and would be overwritten. */
  KEY_EXISTS: 'reject',
  /** Others than the owner may read or write the file. */
  KEY_PERMISSIONS: 'reject',
  /** The file's content is not a key or token of ours. */
  KEY_FORM: 'reject',
  /** The key is encrypted and no passphrase was given. */
  KEY_PASSPHRASE_MISSING: 'reject',
  /** The passphrase does not open the key (or the file was changed). */
  KEY_PASSPHRASE_WRONG: 'reject',
  /** The disk refused. */
  KEY_STORAGE: 'retry',
} as const satisfies Codes

export type KeyCode = keyof typeof KEY_CODES
