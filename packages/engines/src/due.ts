import { ConetError } from '@conet/core/errors'
import type { Application } from '@conet/core/ledger'
import type { UnixMillis } from '@conet/core/units'

/**
 * When the machine's next scheduled work is due; `undefined` if there is none, or if the application schedules nothing.
 * An engine that is idle makes a block then.
 */
export function nextDueMs(app: Application): UnixMillis | undefined {
  try {
    const due = app.query('machine/due', {})
    return typeof due === 'number' ? due : undefined
  } catch (error) {
    if (error instanceof ConetError && error.code === 'QUERY_UNKNOWN') return undefined
    throw error
  }
}
