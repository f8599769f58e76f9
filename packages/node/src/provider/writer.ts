import { ConetError } from '@conet/core/errors'
import type { SessionId } from '@conet/core/rounds'
import type { Hash, Millis, UnixMillis } from '@conet/core/units'
import type { Change, KeyValueStore } from '../storage/index.js'
import type { Clock } from './clock.js'
import { record, whole } from './records/index.js'
import type { LiveSession } from './session.js'

/** A quiet provider stores at once; vouchers of the same few milliseconds still share a flush. */
const QUIET_GROUP_MS: Millis = 5
/** A busy one waits for company: a flush costs the same for one voucher as for a hundred. */
const BUSY_GROUP_MS: Millis = 50
/** As many vouchers in one quiet group mean that the provider is busy. */
const BUSY_FROM = 4
/** Of the time left until access ends, at most this part is spent waiting for company. */
const SHARE_OF_TIME_LEFT = 8

interface Waiting {
  readonly session: LiveSession
  readonly hash: Hash
  readonly text: string
  readonly checked: boolean
}

export interface WriterPorts {
  readonly store: KeyValueStore
  readonly clock: Clock
  /** The voucher is on the disk. */
  readonly onStored: (session: LiveSession, hash: Hash) => void
  readonly onFailed: (session: LiveSession, hash: Hash, code: 'DISK_FULL' | 'STORAGE_FAILED') => void
}

/** Stores vouchers in groups: one flush, one promise and one timer for all that came within a few milliseconds. */
export class VoucherWriter {
  readonly #ports: WriterPorts
  #waiting: Waiting[] = []
  #timer: (() => void) | undefined
  #flushAt: UnixMillis = Number.POSITIVE_INFINITY
  #groupMs: Millis = QUIET_GROUP_MS
  #last: Promise<void> = Promise.resolve()

  constructor(ports: WriterPorts) {
    this.#ports = ports
  }

  add(session: LiveSession, hash: Hash, text: string, checked: boolean): void {
    this.#waiting.push({ session, hash, text, checked })
    const { clock } = this.#ports
    const now = clock.now()
    const share = (session.state.accessUntil - now) / SHARE_OF_TIME_LEFT
    const flushAt = now + Math.max(0, Math.min(this.#groupMs, share))
    if (flushAt >= this.#flushAt) return
    this.#timer?.()
    this.#flushAt = flushAt
    this.#timer = clock.after(flushAt - now, () => void this.flush())
  }

  /** Resolves when everything added so far is stored or has failed. */
  flush(): Promise<void> {
    this.#timer?.()
    this.#timer = undefined
    this.#flushAt = Number.POSITIVE_INFINITY
    const group = this.#waiting
    this.#groupMs = group.length >= BUSY_FROM ? BUSY_GROUP_MS : QUIET_GROUP_MS
    if (group.length > 0) {
      this.#waiting = []
      const before = this.#last
      this.#last = this.#write(group).then(() => before)
    }
    return this.#last
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      await this.#ports.store.put(changesOf(group))
    } catch (error) {
      const full = error instanceof ConetError && error.code === 'DISK_FULL'
      for (const { session, hash } of group) {
        this.#ports.onFailed(session, hash, full ? 'DISK_FULL' : 'STORAGE_FAILED')
      }
      return
    }
    for (const { session, hash } of group) this.#ports.onStored(session, hash)
  }
}

/**
 * The newest checked voucher of each session replaces older ones of the same group, and a newer one that is not checked goes
 * beside it: if that turns out forged, the checked one is what is left.
 */
function changesOf(group: readonly Waiting[]): Change[] {
  const checked = new Map<SessionId, Waiting>()
  const later = new Map<SessionId, Waiting>()
  for (const one of group) {
    const { sid } = one.session
    if (one.checked) checked.set(sid, one)
    if (one.checked) later.delete(sid)
    else later.set(sid, one)
  }
  const changes: Change[] = []
  // In this order: a checked voucher forgets the unchecked one that was stored before it.
  for (const { session, text } of checked.values()) {
    changes.push(...record.voucher(session.start.grant, whole(session.start, text)))
  }
  for (const { session, text } of later.values()) changes.push(record.unchecked(session.start.grant, text))
  return changes
}
