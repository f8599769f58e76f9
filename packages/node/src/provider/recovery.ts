import type { SessionId } from '@conet/core/rounds'
import type { Millis, UnixMillis } from '@conet/core/units'
import type { Change, KeyValueStore } from '../storage/index.js'
import type { SessionView } from './contract.js'
import type { CreditBook } from './credit.js'
import { didOf, isSignedBy, readInbound } from './inbound.js'
import type { ProviderConfigPorts } from './ports.js'
import { type Promised, promiseIn } from './promise.js'
import { type Records, record } from './records/index.js'
import type { Trials } from './trials.js'

const KEEP_CLOSED_MS: Millis = 30 * 24 * 3_600_000
const GROUP = 500

type RecoveryPorts = Pick<ProviderConfigPorts, 'clock' | 'sha256' | 'signerKey' | 'store' | 'verify'>

/**
 * Closes the records of sessions that were open when the process ended. The data plane has cut them already; what their
 * vouchers promise is in the store and settles next.
 */
export async function closeLeftovers(store: KeyValueStore, records: Records, now: UnixMillis): Promise<void> {
  let changes: Change[] = []
  for (const view of [...records.open()]) {
    const voucher = records.voucher(view.sid)
    const last = voucher === undefined ? view : withPromise(view, promiseIn(voucher))
    changes.push(...record.closed({ ...last, phase: 'closed', closedAt: now, reason: 'FAULT' }))
    if (changes.length < GROUP) continue
    await store.writeAtomic(changes)
    changes = []
  }
  if (changes.length > 0) await store.writeAtomic(changes)
}

/**
 * The view in the store is as old as the session's opening; what was used since is known by the last voucher. It counts
 * both ways together: what is more than known goes to the way down, as most of it did.
 */
function withPromise(view: SessionView, { owed, round, bytes }: Promised): SessionView {
  const rounds = { round: Math.max(view.round, round), roundsPaid: Math.max(view.roundsPaid, round) }
  const bytesDown = bytes - view.bytesUp > view.bytesDown ? bytes - view.bytesUp : view.bytesDown
  return { ...view, ...rounds, bytesDown, owed: owed > view.owed ? owed : view.owed, promised: owed }
}

/**
 * Checks the signatures that were put off when the process ended, before anything is settled. A good voucher takes the place of the
 * one before it; of a forged one only the evidence is left, and its client begins again as a stranger (RND-15).
 */
export async function checkLeftovers(ports: RecoveryPorts, records: Records, credit: CreditBook): Promise<void> {
  const changes: Change[] = []
  for (const [sid, text, key] of [...records.unchecked()]) {
    changes.push([key, undefined])
    if (text === undefined) continue
    if (isGood(text, ports)) changes.push(...(isMore(text, records.voucher(sid)) ? [record.checked(sid, text)] : []))
    else changes.push(...forged(sid, text, ports.clock.now(), records, credit))
  }
  if (changes.length > 0) await ports.store.writeAtomic(changes)
}

function isGood(text: string, { sha256, signerKey, verify }: RecoveryPorts): boolean {
  const read = readInbound(text, sha256)
  if (!read.ok || read.value.kind !== 'voucher') return false
  const { envelope, payload } = read.value
  const key = didOf(envelope.header.kid) === payload.client ? signerKey(envelope.header.kid) : undefined
  return key !== undefined && isSignedBy(envelope, key, verify)
}

/** An older one may be left beside the checked voucher where a write was cut short. */
function isMore(text: string, checked: string | undefined): boolean {
  return checked === undefined || promiseIn(text).owed > promiseIn(checked).owed
}

function forged(sid: SessionId, text: string, at: UnixMillis, records: Records, credit: CreditBook): Change[] {
  const evidence = record.evidence({ sid, at, why: 'VOUCHER_FORGED', envelopes: [text] })
  const view = records.opened(sid)
  return view === undefined ? [evidence] : [evidence, credit.keep(view.client, view.asset, undefined)]
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
