import type { Application } from '@conet/core/ledger'
import type { UnixMillis } from '@conet/core/units'
import { nextDueMs } from '../../due.js'

/**
 * CometBFT makes no block while its mempool is empty. When scheduled work is due, a node therefore puts a text of this
 * form there. It is never part of a block: whoever proposes leaves it out, and it is dropped when the work is done.
 */
const PREFIX = 'conet-wake/'

/** The text that asks for a block at `dueMs`; the same on every node, so that one of them is enough. */
export function wakeText(dueMs: UnixMillis): string {
  return `${PREFIX}${dueMs}`
}

export function isWake(text: string): boolean {
  return text.startsWith(PREFIX)
}

/** Whether exactly this work is still waiting, and due by the clock of this node. */
export function isWakeDue(app: Application, text: string, nowMs: UnixMillis): boolean {
  const due = nextDueMs(app)
  return due !== undefined && due <= nowMs && text === wakeText(due)
}
