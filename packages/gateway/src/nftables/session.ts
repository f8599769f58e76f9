import type { SessionId } from '@conet/core/rounds'
import type { Bytes, Millis, UnixMillis } from '@conet/core/units'
import type { Admission, GatewayEvent, Meter } from '../contract.js'

/**
 * A session that is late stays known for this long, its packets dropped and not refused: a provider whose process had to wait
 * opens the next trial late, and downloads survive that. Half of the second in which a flow must be dead (RND-4).
 */
export const LATE_MS = 500

type State = 'open' | 'expired' | 'lost' | 'closed'

/** What the node knows of one session in the kernel. Nothing here enforces anything: the kernel does. */
export class NftSession {
  readonly id: SessionId
  readonly address: string
  readonly rate: number | undefined
  state: State = 'open'
  /** Its number in the kernel; another one after the table was made anew. */
  n = 0
  until: UnixMillis
  quota: Bytes
  /** Until when the kernel lets it through without hearing from us. */
  leaseUntil: UnixMillis = 0
  /** When its counts are due to be read, and how long after that again. */
  readAt: UnixMillis = 0
  readEvery: Millis = 0
  #before = { up: 0, down: 0 }
  #seen = { up: 0, down: 0 }
  #halfAt: bigint
  #quotaTold = false

  constructor(admission: Admission, address: string, rate: number | undefined) {
    this.id = admission.session
    this.address = address
    this.rate = rate
    this.until = admission.until
    this.quota = admission.quota
    this.#halfAt = admission.quota / 2n
  }

  get used(): Bytes {
    return BigInt(this.#before.up + this.#before.down + this.#seen.up + this.#seen.down)
  }

  /** What the present counters of the kernel show; quotas in the kernel start from there. */
  get seen(): Bytes {
    return BigInt(this.#seen.up + this.#seen.down)
  }

  /** The quota as the present counters of the kernel mean it. */
  get quotaLeftHere(): Bytes {
    const before = BigInt(this.#before.up + this.#before.down)
    return this.quota > before ? this.quota - before : 0n
  }

  isOverdue(now: UnixMillis): boolean {
    return now >= this.until + LATE_MS
  }

  meter(): Meter {
    return {
      bytesUp: BigInt(this.#before.up + this.#seen.up),
      bytesDown: BigInt(this.#before.down + this.#seen.down),
      // The kernel's table of connections is not read: it costs more the fuller it is.
      openFlows: 0,
      refusedFlows: 0,
    }
  }

  extend(until: UnixMillis, quota: Bytes): void {
    const { used } = this
    this.until = until
    this.quota = quota
    this.#halfAt = quota > used ? used + (quota - used) / 2n : quota + 2n ** 62n
    this.#quotaTold = false
  }

  /**
   * Takes in what the kernel counted. A count that fell was begun anew (somebody emptied a set): what was seen stays counted.
   *
   * @returns events to tell, whether anything was carried since, and whether the count had been begun anew
   */
  count(up: number, down: number): { events: readonly GatewayEvent[]; moved: boolean; fell: boolean } {
    const fell = up < this.#seen.up || down < this.#seen.down
    if (fell) this.startAnew()
    const moved = up !== this.#seen.up || down !== this.#seen.down
    this.#seen = { up, down }
    return { events: this.#events(), moved, fell }
  }

  /** The counters in the kernel begin at zero again. */
  startAnew(): void {
    this.#before = { up: this.#before.up + this.#seen.up, down: this.#before.down + this.#seen.down }
    this.#seen = { up: 0, down: 0 }
  }

  #events(): GatewayEvent[] {
    if (this.state !== 'open') return []
    const { used, id: session } = this
    const events: GatewayEvent[] = []
    if (used >= this.#halfAt) {
      this.#halfAt += 2n ** 62n
      events.push({ type: 'half', session, meter: this.meter() })
    }
    if (used >= this.quota && !this.#quotaTold) {
      this.#quotaTold = true
      events.push({ type: 'quota', session, meter: this.meter() })
    }
    return events
  }
}
