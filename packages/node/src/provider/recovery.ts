import type { Millis, UnixMillis } from '@conet/core/units'
import type { Change, KeyValueStore } from '../storage/index.js'
import type { ProviderConfigPorts } from './ports.js'
import { promiseIn } from './promise.js'
import { type Records, record } from './records/index.js'
import type { Trials } from './trials.js'

const KEEP_CLOSED_MS: Millis = 30 * 24 * 3_600_000
const GROUP = 500

/**
 * Closes the records of sessions that were open when the process ended. The data plane has cut them already; what their
 * vouchers promise is in the store and settles next.
 */
export async function closeLeftovers(store: KeyValueStore, records: Records, now: UnixMillis): Promise<void> {
  let changes: Change[] = []
  for (const view of [...records.open()]) {
    const voucher = records.voucher(view.sid)
    const promised = voucher === undefined ? view.promised : promiseIn(voucher).owed
    changes.push(...record.closed({ ...view, promised, phase: 'closed', closedAt: now, reason: 'FAULT' }))
    if (changes.length < GROUP) continue
    await store.writeAtomic(changes)
    changes = []
  }
  if (changes.length > 0) await store.writeAtomic(changes)
}

/** Drops old closed sessions and trial counters whose window is over. A failing disk leaves them for the next time. */
export async function prune(
  { clock, keepClosedMs, store }: Pick<ProviderConfigPorts, 'clock' | 'keepClosedMs' | 'store'>,
  records: Records,
  trials: Trials,
): Promise<void> {
  const now = clock.now()
  const changes = [...trials.forget(now), ...records.stale(now - (keepClosedMs ?? KEEP_CLOSED_MS), 10_000)]
  if (changes.length > 0) await store.put(changes).catch(() => undefined)
}
