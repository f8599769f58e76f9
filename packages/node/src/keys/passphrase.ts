import { ConetError } from '@conet/core/errors'

/** Of a node's key file, and of a device's keystore, which this opens for `conet` too. */
const MISSING: readonly string[] = ['KEY_PASSPHRASE_MISSING', 'PASSPHRASE_MISSING']

/**
 * Opens or makes a key. An empty passphrase counts as none: it would seal a key that stays shut once the variable is unset.
 * A key that was sealed under the empty one before still opens with it.
 */
export function withPassphrase<T>(passphrase: string | undefined, open: (passphrase: string | undefined) => T): T {
  if (passphrase !== '') return open(passphrase)
  try {
    return open(undefined)
  } catch (error) {
    if (!(error instanceof ConetError) || !MISSING.includes(error.code)) throw error
    return orElse(error, () => open(''))
  }
}

function orElse<T>(error: unknown, again: () => T): T {
  try {
    return again()
  } catch {
    throw error
  }
}
