import { ConetError } from '@conet/core/errors'
import type { SessionId } from '@conet/core/rounds'
import type { Bytes, UnixMillis } from '@conet/core/units'
import type { Clock } from '../clock.js'
import type { Admission, GatewayEvent, Meter } from '../contract.js'
import { type Ending, Ends } from './ends.js'

/** Direction as the client sees it. */
export type Way = 'up' | 'down'

/** What a session needs of a flow. */
export interface SessionFlow {
  /** Ends it at once, without letting out what is still buffered. */
  cut(): void
}

/** Somebody who holds a chunk back until quota or end are raised. */
export interface Waiter {
  release(): void
}

type State = 'open' | 'expired' | 'closed'

/**
 * Past the end nothing passes, but flows are only held back for this long before they are cut: a provider whose process had
 * to wait opens the next trial late, and downloads survive that. Half of the second in which a flow must be dead (RND-4).
 */
const LATE_MS = 500

/**
 * A timer that comes this much late says that the whole process had to wait. Nothing passed meanwhile, and the provider in the same
 * process had no chance to open the next trial: it gets the half second once more.
 */
const STALL_MS = 250

/**
 * A session without flows is over for good only this much after its end, for there is nothing to cut: nothing passes through it, and whoever
 * opens a flow is asked for the end first. Most of ten thousand sessions are at rest, and each look at one that lies cold in memory costs
 * more than what is done there.
 */
const AT_REST_MS = 10_000

/** Of a limited rate, this much may pass at once: a chunk of 256 KiB must not wait for ever on a slow one. */
const BURST_MS = 250

/** The longest timer; a longer one would fire at once. Whoever is woken early waits again. */
const LONGEST_MS = 2 ** 31 - 1

/** Bytes as an exact number: counting with bigint costs an allocation per chunk, and 2^53 bytes are 8 PiB. */
const countable = (bytes: Bytes) => Number(bytes < BigInt(Number.MAX_SAFE_INTEGER) ? bytes : Number.MAX_SAFE_INTEGER)

const NOBODY: readonly Waiter[] = []

/**
 * One session in the data plane: its end, its quota, its counts. It cuts itself, whoever else is alive (RND-4). Ten thousand live
 * at once, most of them at rest: sets are made when they are needed, and there is one timer for all.
 */
export class Session implements Ending {
  readonly id: SessionId
  readonly clientAddress: string | undefined
  wakeAt: UnixMillis = 0
  slot = -1
  refusedFlows = 0
  private flows: Set<SessionFlow> | undefined
  private state: State = 'open'
  private up = 0
  private down = 0
  private until: UnixMillis
  private quota: number
  private halfAt: number
  private quotaTold = false
  private waiting: Set<Waiter> | undefined
  /** End of the second chance after a stall; 0 for none. */
  private graceUntil = 0
  private readonly rate: number | undefined
  /** Until then what has passed uses up the rate. */
  private pacedUntil = 0
  private stopPacing: (() => void) | undefined

  constructor(
    admission: Admission,
    private readonly clock: Clock,
    private readonly emit: (event: GatewayEvent) => void,
    private readonly onDead: (session: Session, why: 'SESSION_EXPIRED' | 'SESSION_CLOSED') => void,
    private readonly ends: Ends = new Ends(clock),
  ) {
    this.id = admission.session
    this.clientAddress = admission.clientAddress
    this.until = admission.until
    this.quota = countable(admission.quota)
    this.halfAt = this.quota / 2
    this.rate = admission.bytesPerSecond
    this.arm()
  }

  /** Whether new flows may come in. */
  get alive(): boolean {
    const now = this.clock.now()
    return this.state === 'open' && !this.overdue(now) && now < this.until
  }

  meter(): Meter {
    const { up, down, refusedFlows, openFlows } = this
    return { bytesUp: BigInt(up), bytesDown: BigInt(down), openFlows, refusedFlows }
  }

  get openFlows(): number {
    return this.flows?.size ?? 0
  }

  join(flow: SessionFlow): void {
    if (this.flows !== undefined) {
      this.flows.add(flow)
      return
    }
    this.flows = new Set([flow])
    if (this.state === 'open') this.arm()
  }

  leave(flow: SessionFlow): void {
    this.flows?.delete(flow)
    if (this.flows?.size === 0) this.flows = undefined
  }

  /**
   * Asks whether a chunk may pass, and counts it if so. The chunk that reaches the quota passes whole, the next one waits.
   *
   * @returns `false` if it must be held back (quota, end) or dropped (the flow is already cut)
   */
  take(size: number, way: Way, waiter: Waiter): boolean {
    const now = this.clock.now()
    if (this.state !== 'open' || this.overdue(now)) return false
    if (now >= this.until) {
      this.wait(waiter)
      return false
    }
    const used = this.up + this.down
    if (used >= this.quota) {
      this.hold(waiter)
      return false
    }
    if (this.tooFast(now)) {
      this.wait(waiter)
      return false
    }
    if (this.rate !== undefined) this.pacedUntil = Math.max(this.pacedUntil, now) + (size * 1_000) / this.rate
    this.count(size, way)
    return true
  }

  /** Whether the rate is used up; then flows are held until it is not. */
  private tooFast(now: UnixMillis): boolean {
    if (this.rate === undefined || this.pacedUntil <= now + BURST_MS) return false
    const pause = Math.min(Math.ceil(this.pacedUntil - now - BURST_MS), LONGEST_MS)
    this.stopPacing ??= this.clock.after(pause, () => {
      this.stopPacing = undefined
      if (this.state === 'open') this.releaseAll()
    })
    return true
  }

  private releaseAll(): void {
    const released = this.waiting ?? NOBODY
    this.waiting = undefined
    for (const waiter of released) waiter.release()
  }

  private count(size: number, way: Way): void {
    this[way] += size
    if (this.up + this.down < this.halfAt) return
    this.halfAt = Number.POSITIVE_INFINITY
    this.emit({ type: 'half', session: this.id, meter: this.meter() })
  }

  /** Whether quota or end hold this session's flows back at the moment. */
  get held(): boolean {
    return this.waiting !== undefined
  }

  forget(waiter: Waiter): void {
    this.waiting?.delete(waiter)
    if (this.waiting?.size === 0) this.waiting = undefined
  }

  private wait(waiter: Waiter): void {
    this.waiting ??= new Set()
    this.waiting.add(waiter)
  }

  /** @throws ConetError `SESSION_EXPIRED` */
  extend(until: UnixMillis, quota: Bytes): void {
    if (this.state !== 'open' || this.overdue(this.clock.now())) {
      throw new ConetError('SESSION_EXPIRED', 'the session was cut at its end and cannot be extended: open a new one', {
        data: { session: this.id },
      })
    }
    const used = this.up + this.down
    this.until = until
    this.quota = countable(quota)
    this.halfAt = this.quota > used ? used + (this.quota - used) / 2 : Number.POSITIVE_INFINITY
    this.quotaTold = false
    // An end that is over already: nothing passes, but the flows are held while the provider waits for an answer.
    this.graceUntil = until <= this.clock.now() ? this.clock.now() + LATE_MS : 0
    if (this.graceUntil > 0 || this.end < this.wakeAt) this.arm()
    this.releaseAll()
  }

  /** Cuts every flow; nothing is told. */
  close(): void {
    this.finish('closed')
  }

  private hold(waiter: Waiter): void {
    this.wait(waiter)
    if (this.quotaTold) return
    this.quotaTold = true
    this.emit({ type: 'quota', session: this.id, meter: this.meter() })
  }

  /** The check on every chunk: a timer alone may come late when the process is busy. */
  private overdue(now: UnixMillis): boolean {
    const { end } = this
    if (now < end) return false
    if (this.graceUntil === 0 && now >= end + STALL_MS) {
      this.graceUntil = now + LATE_MS
      this.arm()
      return false
    }
    this.expire()
    return true
  }

  private expire(): void {
    if (this.state !== 'open') return
    this.finish('expired')
    this.emit({ type: 'expired', session: this.id })
  }

  private finish(state: State): void {
    this.ends.remove(this)
    this.stopPacing?.()
    const first = this.state === 'open'
    this.state = state
    this.waiting = undefined
    for (const flow of [...(this.flows ?? [])]) flow.cut()
    if (first) this.onDead(this, state === 'expired' ? 'SESSION_EXPIRED' : 'SESSION_CLOSED')
  }

  /** The timer came: the end, or a look at an end that has moved since. */
  timeCame(): void {
    if (this.state === 'open' && !this.overdue(this.clock.now())) this.arm()
  }

  /** A paid round moves the end without touching the timer; the timer looks again when it comes. */
  private arm(): void {
    this.ends.set(this, this.end)
  }

  /** When it is over for good, if nobody moves it. */
  private get end(): UnixMillis {
    const late = this.flows === undefined ? AT_REST_MS : LATE_MS
    return Math.max(this.until + late, this.graceUntil)
  }
}
