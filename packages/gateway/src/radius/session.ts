import type { SessionId } from '@conet/core/rounds'
import type { Bytes, Millis, UnixMillis } from '@conet/core/units'
import type { Clock } from '../clock.js'
import type { Admission, GatewayEvent, Meter } from '../contract.js'
import { type AccountingRecord, Tally } from './accounting.js'
import type { DisconnectOutcome, DisconnectTarget } from './disconnect.js'

/** How a session's station is treated; set once per gateway. */
export interface SessionRules {
  /** Acct-Interim-Interval, whole seconds. */
  readonly interimSeconds: number
  /** From the quota's end until the station is thrown off: time for the voucher that raises it. */
  readonly holdGraceMs: Millis
}

/** Silence of an access point's accounting after which its count is not believed any more: three intervals and some. */
const SILENT_INTERVALS = 3
const SILENT_EXTRA_MS: Millis = 30_000

/** What a session wants of the gateway. */
export interface SessionPorts {
  readonly clock: Clock
  readonly rules: SessionRules
  readonly emit: (event: GatewayEvent) => void
  /** Throws the station off; asks again, while it is `unwanted`, if the access point refuses or is silent. */
  readonly disconnect: (target: DisconnectTarget, unwanted: () => boolean) => Promise<DisconnectOutcome>
}

/** Where a station is on. */
interface Seat {
  readonly nas: string
  /** As the access point spells it. */
  readonly callingStationId: string
  acctId: string | undefined
  userName: string | undefined
}

/** One session: its end, its quota, its station, and what access points reported about it. */
export class RadiusSession {
  readonly id: SessionId
  readonly #ports: SessionPorts
  readonly #tally = new Tally()
  #until: UnixMillis
  #quota: Bytes
  #half: Bytes
  #station: string | undefined
  /** The same as its access point spells it. */
  #spelled: string | undefined
  #seat: Seat | undefined
  /** Accounting session of the stay that ended last: what arrives of it later says nothing. */
  #gone: string | undefined
  #state: 'open' | 'expired' | 'closed' = 'open'
  #toldHalf = false
  #toldQuota = false
  #held = false
  #refused = 0
  #cancelEnd: () => void
  #cancelHold: () => void = () => {}
  #cancelSilence: () => void = () => {}
  /** Accounting session of a station that was thrown off, while its Stop is still to come. */
  #leaving: string | undefined
  /** Whom an access point is asked to throw off, until a Stop, a restart or a new seat says that it is off. */
  #unwanted: DisconnectTarget | undefined
  #onStop: (() => void) | undefined

  constructor(admission: Admission, ports: SessionPorts) {
    this.id = admission.session
    this.#ports = ports
    this.#until = admission.until
    this.#quota = admission.quota
    this.#half = admission.quota / 2n
    this.#cancelEnd = ports.clock.after(Math.max(0, admission.until - ports.clock.now()), () => this.#timeUp())
  }

  /** The one station that may use the session; the first that showed the credential. */
  get station(): string | undefined {
    return this.#station
  }

  get until(): UnixMillis {
    return this.#until
  }

  /** Whether the station is on with this session. */
  get seated(): boolean {
    return this.#seat !== undefined
  }

  /** Off the network until the quota is raised. */
  get held(): boolean {
    return this.#held
  }

  get alive(): boolean {
    if (this.#state === 'open' && this.#ports.clock.now() >= this.#until) this.#expire()
    return this.#state === 'open'
  }

  get meter(): Meter {
    return {
      bytesUp: this.#tally.up,
      bytesDown: this.#tally.down,
      openFlows: this.#seat === undefined ? 0 : 1,
      refusedFlows: this.#refused,
    }
  }

  refuse(): void {
    this.#refused++
  }

  /**
   * The station is let in, or stays in after a re-authentication.
   *
   * @returns whole seconds until it must ask again, rounded up: it asks at the end or just after it, never long before
   */
  admit(station: string, nas: string, callingStationId: string): number {
    this.#station = station
    this.#spelled = callingStationId
    const seat = this.#seat
    // Moving to another access point throws nothing off: the old one loses the station by itself, and its Stop comes late.
    if (seat?.nas !== nas) this.#seat = { nas, callingStationId, acctId: undefined, userName: undefined }
    this.#unwanted = undefined
    return Math.max(1, Math.ceil((this.#until - this.#ports.clock.now()) / 1_000))
  }

  /** @returns `false` if the record is of another station, or older than what is known */
  account(record: AccountingRecord): boolean {
    if (record.station !== undefined && this.#station !== undefined && record.station !== this.#station) return false
    if (this.#state === 'closed' || !this.#tally.add(record)) return false
    this.#watchSilence(record.status !== 'Stop')
    if (record.status === 'Stop') this.#stand(record)
    else this.#sit(record)
    this.#hasStopped(record)
    this.#weigh()
    return true
  }

  /**
   * A station whose access point counts is on, whatever was said before: the Stop of its stay before may come after it is back,
   * and who is on must have a seat to be thrown off from.
   */
  #sit({ nas, acctId, userName }: AccountingRecord): void {
    const seat = this.#seat
    if (seat !== undefined) {
      if (nas === undefined || nas === seat.nas) Object.assign(seat, { acctId, userName })
      return
    }
    if (nas === undefined || this.#spelled === undefined || this.#state !== 'open') return
    if (acctId === this.#leaving || acctId === this.#gone) return
    this.#seat = { nas, callingStationId: this.#spelled, acctId, userName }
    this.#unwanted = undefined
    if (this.#held) this.#throwOff()
  }

  #stand({ nas, acctId }: AccountingRecord): void {
    this.#gone = acctId
    const seat = this.#seat
    if (seat === undefined || (nas !== undefined && nas !== seat.nas)) return
    if (seat.acctId === undefined || seat.acctId === acctId) this.#seat = undefined
  }

  /** Its access point began anew, and with it the port: whom it did not throw off is off, and no Stop comes. */
  nasRestarted(nas: string): void {
    if (this.#unwanted?.nas === nas) {
      this.#gone = this.#leaving ?? this.#gone
      this.#unwanted = undefined
      this.#noStopComes()
    }
    if (this.#seat?.nas !== nas) return
    this.#seat = undefined
    this.#cancelSilence()
  }

  extend(until: UnixMillis, quota: Bytes): void {
    const used = this.#used()
    this.#until = until
    this.#quota = quota
    this.#half = used + (quota > used ? quota - used : 0n) / 2n
    this.#toldHalf = false
    this.#toldQuota = false
    this.#held = false
    this.#cancelHold()
    this.#cancelEnd()
    this.#cancelEnd = this.#ports.clock.after(Math.max(0, until - this.#ports.clock.now()), () => this.#timeUp())
    this.#weigh()
  }

  /** Ends it; `undefined` if no station has to be thrown off. */
  close(): DisconnectTarget | undefined {
    const target = this.#leave()
    this.#state = 'closed'
    this.#cancelAll()
    return target
  }

  /** Counts arrive after the station is off: resolves with the Stop, after `ms`, or at once if none is to come. */
  stopped(ms: Millis): Promise<void> {
    if (this.#leaving === undefined) return Promise.resolve()
    return new Promise(resolve => {
      const cancel = this.#ports.clock.after(ms, resolve)
      this.#onStop = () => {
        cancel()
        resolve()
      }
    })
  }

  /** A last record that comes while it is being closed still counts. */
  addLast(record: AccountingRecord): void {
    if (this.#tally.add(record)) this.#hasStopped(record)
  }

  #hasStopped({ status, nas, acctId }: AccountingRecord): void {
    if (status !== 'Stop') return
    const unwanted = this.#unwanted
    const isIts =
      unwanted?.acctId === undefined ? nas === undefined || nas === unwanted?.nas : acctId === unwanted.acctId
    if (isIts) this.#unwanted = undefined
    if (acctId === this.#leaving) this.#noStopComes()
  }

  #noStopComes(): void {
    this.#leaving = undefined
    this.#onStop?.()
  }

  #used(): Bytes {
    return this.#tally.up + this.#tally.down
  }

  /** The seat is given up. @returns whom to throw off */
  #leave(): DisconnectTarget | undefined {
    const seat = this.#seat
    this.#seat = undefined
    if (seat?.acctId !== undefined) this.#leaving = seat.acctId
    if (seat === undefined) return undefined
    this.#unwanted = { session: this.id, ...seat }
    return this.#unwanted
  }

  #weigh(): void {
    if (this.#state !== 'open') return
    const used = this.#used()
    const session = this.id
    if (used > this.#half && !this.#toldHalf && used < this.#quota) {
      this.#toldHalf = true
      this.#ports.emit({ type: 'half', session, meter: this.meter })
    }
    if (used < this.#quota || this.#toldQuota) return
    this.#toldQuota = true
    this.#cancelHold = this.#ports.clock.after(this.#ports.rules.holdGraceMs, () => this.#hold())
    this.#ports.emit({ type: 'quota', session, meter: this.meter })
  }

  #hold(): void {
    this.#held = true
    this.#throwOff()
  }

  #throwOff(): void {
    const seat = this.#seat
    const target = this.#leave()
    if (seat === undefined || target === undefined) return
    void this.#ports
      .disconnect(target, () => this.isUnwanted(target))
      .then(outcome => {
        if (outcome === 'refused' || outcome === 'silent') this.#isStillOn(seat, target)
      })
  }

  /** Whether a station that was to be thrown off must still go: the session is over or held, and nothing has said that it is off. */
  isUnwanted(target: DisconnectTarget | undefined): boolean {
    return (this.#state !== 'open' || this.#held) && target !== undefined && target === this.#unwanted
  }

  /** The access point did not throw it off: it has its seat again, and who closes the session asks once more. */
  #isStillOn(seat: Seat, target: DisconnectTarget): void {
    if (target !== this.#unwanted) return
    const lost = this.#state === 'open' && this.isUnwanted(target)
    this.#leaving = undefined
    this.#unwanted = undefined
    this.#seat ??= seat
    const reason = 'the access point does not throw the station off'
    if (lost) this.#ports.emit({ type: 'lost', session: this.id, reason })
  }

  #timeUp(): void {
    // A timer may come a little early by the clock it is compared with.
    if (this.#ports.clock.now() < this.#until) {
      this.#cancelEnd = this.#ports.clock.after(1, () => this.#timeUp())
      return
    }
    this.#expire()
  }

  #expire(): void {
    if (this.#state !== 'open') return
    this.#state = 'expired'
    this.#cancelAll()
    this.#throwOff()
    this.#ports.emit({ type: 'expired', session: this.id })
  }

  #watchSilence(on: boolean): void {
    this.#cancelSilence()
    if (!on || this.#state !== 'open') return
    const { interimSeconds } = this.#ports.rules
    const wait = SILENT_INTERVALS * interimSeconds * 1_000 + SILENT_EXTRA_MS
    this.#cancelSilence = this.#ports.clock.after(wait, () => {
      if (this.#seat === undefined || this.#state !== 'open') return
      this.#ports.emit({ type: 'lost', session: this.id, reason: 'the access point stopped accounting' })
    })
  }

  #cancelAll(): void {
    this.#cancelEnd()
    this.#cancelHold()
    this.#cancelSilence()
  }
}
