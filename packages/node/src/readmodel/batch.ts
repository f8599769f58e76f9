import type { Tables } from './tables.js'

/** What changed for one offer: a new version, or gone (withdrawn, expired). */
export interface OfferChange {
  readonly row: Tables['offers']
  /** Without the cell: one row is written per cell that covers the area. */
  readonly slice: string
  readonly perGiB: bigint
  readonly perHour: bigint
}

/** Everything that a run of blocks changes, gathered before one transaction writes it. */
export class Batch {
  readonly blocks: Tables['blocks'][] = []
  readonly txs: Tables['txs'][] = []
  readonly entries: Tables['entries'][] = []
  readonly settlements: Tables['settlements'][] = []
  /** `undefined`: no longer on sale. */
  readonly offers = new Map<string, OfferChange | undefined>()
  readonly networks = new Map<string, Tables['networks'] | undefined>()
  readonly requests = new Map<string, Tables['requests'] | undefined>()
  readonly sessions = new Map<string, Tables['sessions']>()
  /** Sessions that one side ended. */
  readonly closed: Pick<Tables['sessions'], 'client' | 'sid' | 'series'>[] = []

  /** Notes the newest state of a session; settlement counts of one batch add up. */
  session(row: Tables['sessions']): void {
    const key = `${row.client}/${row.sid}/${row.series}`
    const before = this.sessions.get(key)
    this.sessions.set(key, { ...row, settlements: row.settlements + (before?.settlements ?? 0) })
  }
}
