import type { LedgerEvent } from '@conet/core/ledger'
import type { Hash, UnixMillis } from '@conet/core/units'
import type { Batch } from '../batch.js'

/** One event with its place in the ledger. `nextSeq` counts the rows written for one block, so that each has its own key. */
export interface Fact {
  readonly event: LedgerEvent
  readonly height: number
  readonly timeMs: UnixMillis
  /** `null` for scheduled work. */
  readonly hash: Hash | null
  /** Text of the transaction, empty for scheduled work. */
  readonly tx: string
  readonly nextSeq: () => number
}

/** Turns one kind of event into changes of tables. */
export type Projection = (batch: Batch, fact: Fact) => void

/** Reads a text member; empty if it is missing, because a view must never stop at an event of a newer version. */
export function text(from: Readonly<Record<string, unknown>>, name: string): string {
  const value = from[name]
  return typeof value === 'string' ? value : ''
}

/** Reads a whole number; 0 if it is missing. */
export function whole(from: Readonly<Record<string, unknown>>, name: string): number {
  const value = from[name]
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0
}

/** Reads an inner object; empty if it is missing. */
export function inner(from: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  const value = from[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

/** A movement of money as both parties see it: one row each, so that a page of history is one range of one index. */
export function addEntries(
  batch: Batch,
  fact: Fact,
  move: { readonly from: string | null; readonly to: string | null; readonly asset: string; readonly amount: string },
): void {
  const { event, height, timeMs: time_ms, hash } = fact
  const { asset, amount } = move
  if (amount === '' || amount === '0') return
  const row = (account: string, direction: string, counterparty: string | null) =>
    batch.entries.push({
      height,
      seq: fact.nextSeq(),
      account,
      time_ms,
      type: event.type,
      direction,
      asset,
      amount,
      counterparty,
      hash,
    })
  if (move.from !== null) row(move.from, 'out', move.to)
  if (move.to !== null) row(move.to, 'in', move.from)
}
