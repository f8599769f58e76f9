import type { SessionId } from '@conet/core/rounds'
import type { Millis } from '@conet/core/units'
import type { Clock } from '../clock.js'
import type { GatewayEvent } from '../contract.js'
import type { HelperLine } from './line.js'
import type { Notice } from './notice.js'
import { type Counted, LONGEST_LEASE_MS, MOST_ITEMS } from './protocol.js'
import type { NftSession } from './session.js'

/** How old the count of a session may be whose bytes move. */
export const COUNT_EVERY_MS: Millis = 50
/** Without netlink each reading starts a program. */
const COUNT_EVERY_SLOW_MS: Millis = 500
/** A session that is quiet is read ever more rarely, until this; a crowd even more rarely, by so much for each. */
const QUIET_MS: Millis = 100
const QUIET_MS_EACH = 1
/** A lease with less than this left is renewed, if the session is longer: half of what one request can give. */
const RENEW_BELOW_MS: Millis = LONGEST_LEASE_MS / 2
/** A lease that is gone this long before its time was taken out by hand. */
const EARLY_MS: Millis = 200

/** What the keeper works on and whom it tells. */
export interface Keeping {
  readonly line: HelperLine
  readonly clock: Clock
  readonly sessions: ReadonlyMap<SessionId, NftSession>
  renew(session: NftSession): Promise<boolean>
  emit(event: GatewayEvent): void
  notice(notice: Notice): void
}

/** What must be done again and again: end what is over, renew what is long, read counts, see what was taken out by hand. */
export class Keeper {
  #stop = () => {}
  #running = true

  constructor(private readonly on: Keeping) {}

  start(): void {
    const every = this.on.line.hello?.channel === 'nft' ? COUNT_EVERY_SLOW_MS : COUNT_EVERY_MS
    this.#stop = this.on.clock.after(every, () => {
      this.#tick(every)
        .catch(() => undefined)
        .finally(() => this.#running && this.start())
    })
  }

  stop(): void {
    this.#running = false
    this.#stop()
  }

  /** Somebody else changed something in the kernel: looks at every session, leases too. */
  async inspect(): Promise<void> {
    await this.#read(this.#open(), COUNT_EVERY_MS, true).catch(() => undefined)
  }

  /** Takes sessions out of the kernel and keeps their last counts. Without a helper the lease ends by itself. */
  async withdraw(sessions: readonly NftSession[]): Promise<void> {
    const counted = await this.on.line.close(sessions.map(({ n }) => n)).catch((): Counted[] => [])
    counted.forEach((counts, index) => {
      if (counts !== null) sessions[index]?.count(counts.up, counts.down)
    })
  }

  #open(): NftSession[] {
    return [...this.on.sessions.values()].filter(({ state }) => state === 'open')
  }

  async #tick(every: Millis): Promise<void> {
    const now = this.on.clock.now()
    const over: NftSession[] = []
    const due: NftSession[] = []
    // One walk: with thousands of sessions this is most of what a quiet gateway does.
    for (const session of this.on.sessions.values()) {
      if (session.state !== 'open') continue
      if (session.isOverdue(now)) over.push(session)
      else if (session.readAt <= now && due.length < MOST_ITEMS) due.push(session)
      const short = session.leaseUntil < session.until && session.leaseUntil - now < RENEW_BELOW_MS
      if (short) void this.on.renew(session).catch(() => undefined)
    }
    if (over.length > 0) await this.#expire(over)
    await this.#read(due, every, false)
  }

  async #expire(sessions: readonly NftSession[]): Promise<void> {
    for (const session of sessions) session.state = 'expired'
    await this.withdraw(sessions)
    for (const session of sessions) this.on.emit({ type: 'expired', session: session.id })
  }

  async #read(asked: readonly NftSession[], every: Millis, leases: boolean): Promise<void> {
    if (asked.length === 0) return
    const numbers = asked.map(({ n }) => n)
    const counted = await this.on.line.read(numbers, leases)
    asked.forEach((session, index) => {
      const counts = counted[index] ?? null
      if (counts !== null && session.state === 'open') this.#take(session, counts, every)
    })
  }

  #take(session: NftSession, counts: Exclude<Counted, null>, every: Millis): void {
    const { events, moved, fell } = session.count(counts.up, counts.down)
    const now = this.on.clock.now()
    const quiet = Math.max(QUIET_MS, every, QUIET_MS_EACH * this.on.sessions.size)
    session.readEvery = moved ? every : Math.min(2 * Math.max(session.readEvery, every), quiet)
    // Quiet sessions are due together: reading a whole set at once costs a tenth of reading its elements one by one.
    session.readAt = moved ? now + every : Math.ceil((now + 1) / session.readEvery) * session.readEvery
    for (const event of events) this.on.emit(event)
    const taken = counts.leased === false && now < session.leaseUntil - EARLY_MS
    if (!fell && !taken) return
    const detail = taken ? 'a lease was taken out by hand' : 'counters were taken out by hand'
    this.on.notice({ type: 'tampered', repaired: 'elements', detail })
    void this.on.renew(session).catch(() => undefined)
  }
}
