import { ConetError } from '@conet/core/errors'
import type { Hash, Millis } from '@conet/core/units'
import type { Change, KeyValueStore } from '../storage/index.js'
import type { Clock } from './clock.js'
import { record } from './records/index.js'
import type { LiveSession } from './session.js'

/** Vouchers that came within this time share one flush to the disk; small against the margin before a trial's end. */
export const GROUP_MS: Millis = 10

interface Waiting {
  readonly session: LiveSession
  readonly hash: Hash
  readonly text: string
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
  #last: Promise<void> = Promise.resolve()

  constructor(ports: WriterPorts) {
    this.#ports = ports
  }

  add(session: LiveSession, hash: Hash, text: string): void {
    this.#waiting.push({ session, hash, text })
    this.#timer ??= this.#ports.clock.after(GROUP_MS, () => void this.flush())
  }

  /** Resolves when everything added so far is stored or has failed. */
  flush(): Promise<void> {
    this.#timer?.()
    this.#timer = undefined
    const group = this.#waiting
    if (group.length > 0) {
      this.#waiting = []
      const before = this.#last
      this.#last = this.#write(group).then(() => before)
    }
    return this.#last
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    // The newest voucher of a session replaces older ones of the same group: it promises more.
    const changes = new Map<string, Change>()
    for (const { session, text } of group) changes.set(session.sid, record.voucher(session.sid, text))
    try {
      await this.#ports.store.put([...changes.values()])
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
