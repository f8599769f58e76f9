import { InvariantError, type Rejection } from '../errors/index.js'
import { authenticate, type Gate, type Ready } from './authenticate.js'
import { dueAfter, dueQueue, parseDueId } from './due.js'
import { defineParams, type Outcome } from './module.js'
import type { Store } from './store.js'
import type { ModuleTable } from './table.js'
import type { Block, BlockContext, LedgerEvent, SignedTx, TxResult, ValidatorUpdate } from './types.js'
import type { StateView } from './view.js'

const NO_DATA = Object.freeze({})
const NO_EVENTS: readonly LedgerEvent[] = Object.freeze([])

/** Parameters of the machine itself. */
export const machineParams = defineParams('machine', { duePerBlock: 1000 }, params =>
  params.duePerBlock >= 1 && params.duePerBlock <= 100_000 ? undefined : 'duePerBlock',
)

/** What a block did, before it is committed. */
export interface Executed {
  readonly scheduled: readonly LedgerEvent[]
  readonly results: readonly TxResult[]
  readonly validatorUpdates: readonly ValidatorUpdate[]
}

/** Runs scheduled work, then what evidence entails, then every transaction in order. */
export function executeBlock(gate: Gate, view: StateView, block: Block): Executed {
  const { table } = gate
  const due = runDue(table, view, block)
  const proven = (block.evidence ?? []).flatMap(evidence => table.evidence?.(view, evidence, block) ?? [])
  view.keep()
  const results = block.txs.map(tx => executeTx(gate, view, tx, block))
  const validatorUpdates = table.validatorUpdates?.(view) ?? []
  view.keep()
  return { scheduled: proven.length === 0 ? due : [...due, ...proven], results, validatorUpdates }
}

/**
 * Runs one transaction. A rejected one leaves no trace in the state but, if it was authentic, its replay mark: a
 * refusal is final, the same message cannot succeed later (LED-15).
 */
export function executeTx(gate: Gate, view: StateView, signed: SignedTx, block: BlockContext): TxResult {
  const { hash } = signed.envelope
  const ready = authenticate(gate, view, signed, block.timeMs)
  if (!ready.ok) return refused(hash, ready)
  const { transition, tx, expS } = ready.value
  if (expS !== undefined) gate.seen.mark(hash, expS)
  const outcome = transition.apply(view, tx, block)
  if (!outcome.ok) {
    view.undo()
    return refused(hash, outcome)
  }
  view.keep()
  return { hash, code: 'OK', data: NO_DATA, events: outcome.events }
}

/** Runs a transaction against `view` without keeping anything of it, not even the replay mark. */
export function tryTx(gate: Gate, view: StateView, signed: SignedTx, block: BlockContext): TxResult {
  const { hash } = signed.envelope
  const ready = authenticate(gate, view, signed, block.timeMs)
  if (!ready.ok) return refused(hash, ready)
  const outcome = applied(ready.value, view, block)
  return outcome.ok ? { hash, code: 'OK', data: NO_DATA, events: NO_EVENTS } : refused(hash, outcome)
}

function applied({ transition, tx }: Ready, view: StateView, block: BlockContext): Outcome {
  try {
    return transition.apply(view, tx, block)
  } finally {
    view.undo()
  }
}

/** Runs what is due, at most `duePerBlock` entries; the remainder stays first in line for the next block (LED-30). */
function runDue(table: ModuleTable, view: StateView, block: BlockContext): readonly LedgerEvent[] {
  const events: LedgerEvent[] = []
  for (const id of dueIds(view, block)) {
    const entry = parseDueId(id)
    const handler = table.scheduled.get(entry.handler)
    if (handler === undefined) throw new InvariantError('machine/due', `nobody handles ${entry.handler}`)
    dueQueue.delete(view, id)
    events.push(...handler(view, entry.id, block))
  }
  return events
}

function dueIds(store: Store, block: BlockContext): string[] {
  const limit = machineParams.read(store).duePerBlock
  const end = dueAfter(block.timeMs)
  const ids: string[] = []
  for (const [id] of dueQueue.list(store)) {
    if (id >= end || ids.length >= limit) break
    ids.push(id)
  }
  return ids
}

function refused(hash: string, { code, data }: Rejection): TxResult {
  return { hash, code, data, events: NO_EVENTS }
}
