import type { Sha256 } from '../../wire/index.js'
import type { LedgerEvent, TxResult } from '../types.js'

/** History root of a ledger without blocks. */
export const NO_HISTORY: Uint8Array = new Uint8Array(32)

/**
 * History root after a block: SHA-256(previous ‖ SHA-256(record of the block)), unchanged by a block in which nothing
 * happened. The record has one line per transaction, `<hash> <code>`, then one line of JSON per scheduled event (LED-43).
 */
export function nextHistory(
  previous: Uint8Array,
  results: readonly TxResult[],
  scheduled: readonly LedgerEvent[],
  sha256: Sha256,
): Uint8Array {
  if (results.length === 0 && scheduled.length === 0) return previous
  let record = ''
  for (const result of results) record += `${result.hash} ${result.code}\n`
  for (const event of scheduled) record += `${JSON.stringify(event)}\n`
  const both = new Uint8Array(64)
  both.set(previous, 0)
  both.set(sha256(record), 32)
  return sha256(both)
}
