import type { LedgerEvent } from '@conet/core/ledger'
import type { UnixMillis } from '@conet/core/units'
import type { CommittedBlock } from '@conet/engines'
import { Batch } from './batch.js'
import { PROJECTIONS } from './projections/index.js'

/** Everything that a run of blocks changes in the tables. Pure: the same blocks give the same rows. */
export function projectBlocks(blocks: readonly CommittedBlock[]): Batch {
  const batch = new Batch()
  for (const block of blocks) projectBlock(batch, block)
  return batch
}

/** What events change that belong to no block we have. */
export function projectEvents(events: readonly LedgerEvent[], height: number, timeMs: UnixMillis): Batch {
  const batch = new Batch()
  let seq = 0
  const place = { height, timeMs, hash: null, tx: '', nextSeq: () => seq++ }
  for (const event of events) PROJECTIONS.get(event.type)?.(batch, { event, ...place })
  return batch
}

function projectBlock(batch: Batch, block: CommittedBlock): void {
  const { height, timeMs, result } = block
  batch.blocks.push({ height, time_ms: timeMs, app_hash: result.appHash, txs: result.results.length })
  let seq = 0
  const nextSeq = () => seq++
  const project = (event: LedgerEvent, hash: string | null, tx: string) =>
    PROJECTIONS.get(event.type)?.(batch, { event, height, timeMs, hash, tx, nextSeq })
  for (const event of result.scheduled) project(event, null, '')
  for (const [idx, tx] of result.results.entries()) {
    batch.txs.push({ height, idx, hash: tx.hash, code: tx.code, data: JSON.stringify(tx.data, bigintText) })
    for (const event of tx.events) project(event, tx.hash, block.txs[idx] ?? '')
  }
}

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
