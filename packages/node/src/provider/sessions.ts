import {
  type CloseReason,
  type Count,
  driveProvider,
  nextProviderDeadline,
  type ProviderEffect,
  type ProviderEvent,
  type SessionId,
} from '@conet/core/rounds'
import type { Amount, Did, Hash, Millis, UnixMillis } from '@conet/core/units'
import { Deadlines, type GatewayEvent } from '@conet/gateway'
import { ByClient } from './by-client.js'
import type { Counters } from './counters.js'
import type { Effects } from './effects.js'
import type { ProviderConfigPorts } from './ports.js'
import type { LiveSession } from './session.js'
import { VoucherWriter } from './writer.js'

/** Wake-ups closer together than this share one timer and one signature: late by at most this much, far below every margin. */
const SLACK_MS: Millis = 10
/** A timer that comes this much late says that the whole process had to wait. */
const STALL_MS: Millis = 250
const READ_FIRST_MS: Millis = 20

type Ports = Pick<ProviderConfigPorts, 'clock' | 'gateway' | 'store'>

/** All open sessions of a node on one timer: feeds core/rounds' machine and carries out what it wants. */
export class Sessions {
  readonly live = new Map<SessionId, LiveSession>()
  readonly #byClient = new ByClient()
  #onDropped: (session: LiveSession) => void = () => undefined
  readonly #ports: Ports
  readonly #counters: Counters
  readonly #effects: Effects
  readonly #deadlines = new Deadlines<LiveSession>()
  readonly #writer: VoucherWriter
  readonly #stopEvents: () => void
  #armedFor: UnixMillis = Number.POSITIVE_INFINITY
  #firesAt: UnixMillis = 0
  /** After a stall: waiting for the sockets to be read. */
  #reading = false
  #disarm: (() => void) | undefined
  #onEmpty: (() => void) | undefined
  /** The step under way confirms a voucher that has just been stored. */
  #afterStoring = false

  constructor(ports: Ports, counters: Counters, effects: Effects) {
    this.#ports = ports
    this.#counters = counters
    this.#effects = effects
    this.#writer = new VoucherWriter({
      store: ports.store,
      clock: ports.clock,
      onStored: (session, hash) => this.#stored(session, hash),
      onFailed: (session, hash, code) => {
        session.storeCode = code
        this.feed(session, { type: 'store-failed', hash })
      },
    })
    this.#stopEvents = ports.gateway.onEvent(event => this.#fromGateway(event))
  }

  add(session: LiveSession): void {
    this.live.set(session.sid, session)
    this.#byClient.add(session)
    this.#schedule(session)
  }

  /** One step of a session: the machine decides, then every effect is carried out in its order. */
  feed(session: LiveSession, event: ProviderEvent): void {
    const effects = driveProvider(session.state, event, this.#ports.clock.now())
    for (const effect of effects) this.#apply(session, effect)
    this.#schedule(session)
  }

  /** Feeds a voucher; counts it late if the statement it answers was due before now. */
  voucher(session: LiveSession, event: Extract<ProviderEvent, { type: 'voucher' }>): void {
    const { state } = session
    const answered = state.open.find(open => open.hash === event.voucher.statement)?.payload
    if (answered !== undefined && answered.final === undefined && this.#ports.clock.now() > answered.due) {
      this.#counters.lateVouchers++
    }
    this.feed(session, event)
  }

  /** The client sent something forged on its own line. */
  suspect(session: LiveSession): void {
    this.feed(session, { type: 'suspect', meter: this.meterOf(session) })
  }

  /** What one client's sessions may still leave unpaid, those included that are cut and wait for the last voucher. */
  riskOf(client: Did): Amount {
    let sum = 0n
    for (const session of this.#byClient.of(client)) sum += session.risk
    return sum
  }

  /** The client's money moved: what its sessions know about it is looked up again with the next voucher. */
  forgetPurse(client: Did): void {
    for (const session of this.#byClient.of(client)) session.purse = 0n
  }

  /** Ends a session from this side. */
  stop(session: LiveSession, reason: CloseReason): void {
    this.feed(session, { type: 'stop', reason, meter: this.meterOf(session) })
  }

  /** Begins no further round: paid time is served to its end. */
  endWithPaidTime(session: LiveSession, reason: CloseReason): void {
    session.lastRound = true
    session.endReason = reason
    this.#schedule(session)
  }

  /** Bytes so far; the last count known if the gateway has lost the session. */
  meterOf(session: LiveSession): Count {
    try {
      return this.#ports.gateway.meter(session.sid)
    } catch {
      return session.state.meter
    }
  }

  /** Resolves when all vouchers taken so far are stored. */
  flush(): Promise<void> {
    return this.#writer.flush()
  }

  /** `listener` hears of every session that has left memory. */
  onDropped(listener: (session: LiveSession) => void): void {
    this.#onDropped = listener
  }

  /** Runs `callback` as soon as no session is left. */
  onEmpty(callback: () => void): void {
    this.#onEmpty = callback
    if (this.live.size === 0) callback()
  }

  /** Resolves when the session's last word is said and recorded. */
  ended(session: LiveSession): Promise<void> {
    if (this.live.get(session.sid) !== session) return Promise.resolve()
    return new Promise(resolve => {
      session.onEnded ??= []
      session.onEnded.push(resolve)
    })
  }

  #drop(session: LiveSession): void {
    this.#deadlines.remove(session)
    this.live.delete(session.sid)
    this.#byClient.delete(session)
    for (const told of session.onEnded ?? []) told()
    this.#onDropped(session)
    if (this.live.size === 0) this.#onEmpty?.()
  }

  close(): void {
    this.#stopEvents()
    this.#disarm?.()
    this.#disarm = undefined
  }

  #apply(session: LiveSession, effect: ProviderEffect): void {
    switch (effect.type) {
      case 'store':
        this.#writer.add(session, effect.hash, effect.text, effect.checked)
        break
      case 'extend':
        this.#extend(session, effect.until, effect.quota)
        break
      case 'cut':
        this.#cut(session, effect.reason)
        break
      case 'ack':
        this.#effects.answer(session, effect, this.#afterStoring)
        break
      case 'refuse':
        this.#effects.answer(session, effect, false)
        break
      case 'finished':
        void this.#finish(session, effect)
        break
      default:
        this.#effects.apply(session, effect)
    }
  }

  #stored(session: LiveSession, hash: Hash): void {
    const before = session.state.stored?.owed ?? 0n
    this.#afterStoring = true
    this.feed(session, { type: 'stored', hash })
    this.#afterStoring = false
    this.#effects.voucherStored(session, before)
  }

  #extend(session: LiveSession, until: UnixMillis, quota: bigint): void {
    const { bytesLeft } = session.start
    const most = bytesLeft !== undefined && bytesLeft < quota ? bytesLeft : quota
    session.held = false
    this.#effects.extended(session, until, most)
    void this.#ports.gateway.extend(session.sid, until, most).catch(() => this.#lost(session))
  }

  #lost(session: LiveSession): void {
    this.feed(session, { type: 'lost', meter: this.meterOf(session) })
  }

  #cut(session: LiveSession, reason: CloseReason): void {
    this.#effects.cut(session, reason)
    void this.#ports.gateway.close(session.sid).then(
      meter => this.feed(session, { type: 'cut', meter }),
      () => this.feed(session, { type: 'cut', meter: session.state.meter }),
    )
  }

  async #finish(session: LiveSession, effect: Extract<ProviderEffect, { type: 'finished' }>): Promise<void> {
    if (session.finishing) return
    session.finishing = true
    await this.#writer.flush()
    await this.#effects.finished(session, effect.summary)
    this.#drop(session)
  }

  #fromGateway(event: GatewayEvent): void {
    const session = this.live.get(event.session)
    if (session === undefined) return
    if (event.type === 'quota') this.#effects.held(session, event.meter)
    const meter = 'meter' in event ? event.meter : this.meterOf(session)
    if (event.type === 'quota' && isFull(session, meter)) this.stop(session, 'PROVIDER_DONE')
    else this.feed(session, { type: event.type, meter })
  }

  #schedule(session: LiveSession): void {
    const wanted = nextProviderDeadline(session.state) ?? Number.POSITIVE_INFINITY
    const end = endsAt(session)
    this.#deadlines.set(session, Math.min(end, wanted))
    this.#arm()
  }

  #arm(): void {
    const { next } = this.#deadlines
    if (next >= this.#armedFor) return
    this.#disarm?.()
    this.#armedFor = next
    const now = this.#ports.clock.now()
    const delay = Math.max(SLACK_MS, next - now)
    this.#firesAt = now + delay
    this.#disarm = this.#ports.clock.after(delay, () => this.#wakeDue())
  }

  #wakeDue(): void {
    const now = this.#ports.clock.now()
    if (!this.#reading && now - this.#firesAt > STALL_MS) {
      this.#readFirst()
      return
    }
    this.#reading = false
    this.#armedFor = Number.POSITIVE_INFINITY
    this.#disarm = undefined
    this.#effects.statements.together(() => {
      for (let session = this.#deadlines.takeDue(now); session !== undefined; session = this.#deadlines.takeDue(now)) {
        this.#wake(session, now)
      }
    })
    this.#arm()
  }

  /** The process had to wait: what came meanwhile lies in its sockets, and nobody is judged before that is read. */
  #readFirst(): void {
    this.#reading = true
    // Nothing that is scheduled meanwhile moves this timer.
    this.#armedFor = Number.NEGATIVE_INFINITY
    this.#disarm = this.#ports.clock.after(READ_FIRST_MS, () => this.#wakeDue())
  }

  #wake(session: LiveSession, now: UnixMillis): void {
    if (endsAt(session) <= now) this.stop(session, session.endReason)
    else this.feed(session, { type: 'time', meter: this.meterOf(session) })
  }
}

/** The owner lets the session carry no byte more: further rounds would be paid for nothing. */
function isFull({ start }: LiveSession, { bytesUp, bytesDown }: Count): boolean {
  return start.bytesLeft !== undefined && bytesUp + bytesDown >= start.bytesLeft
}

/** When the owner's hours and limits end a session: at the end of paid time, never inside it. Used up bytes end it at once (`isFull`). */
function endsAt(session: LiveSession): UnixMillis {
  const { untilMs } = session.start
  if (session.state.phase !== 'serving') return Number.POSITIVE_INFINITY
  if (session.lastRound) return session.paidUntil
  return untilMs === undefined ? Number.POSITIVE_INFINITY : Math.max(untilMs, session.paidUntil)
}
