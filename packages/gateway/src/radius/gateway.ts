import { randomBytes } from 'node:crypto'
import { ConetError, ok, type Result } from '@conet/core/errors'
import type { AccessPoint, SessionId } from '@conet/core/rounds'
import type { Bytes, Millis, UnixMillis } from '@conet/core/units'
import { type Clock, systemClock } from '../clock.js'
import type { Admission, Gateway, GatewayEvent, Meter } from '../contract.js'
import { type AccountingRecord, readRecord } from './accounting.js'
import { first, readAttributes, stationOf } from './attributes.js'
import { Authoriser, type OpenSession } from './authorise.js'
import { RadiusBook } from './book.js'
import { messageOf, type RadiusCode } from './codes.js'
import { type DisconnectOutcome, Disconnector, type DisconnectTarget, type NasSettings } from './disconnect.js'
import { type Answer, Listener, type ListenerOptions } from './listener.js'
import type { RadiusNote } from './notes.js'
import type { RadiusSession } from './session.js'
import { type WaitingPorts, WaitingRoom } from './waiting.js'

/** How a RADIUS gateway is set up. */
export interface RadiusOptions extends Omit<WaitingPorts, 'now'> {
  readonly listen: ListenerOptions
  /** Access points that take Disconnect-Requests. */
  readonly nas: readonly NasSettings[]
  /** What clients are told to look for: the name of the network. */
  readonly network: string
  /** Opens the session of a request that was left with `deposit`. */
  readonly openSession: OpenSession
  /** Acct-Interim-Interval; default 60 s, the least that RFC 2869 5.16 allows and hostapd obeys. */
  readonly interimSeconds?: number
  /** Default 2 s: a voucher takes one round trip. */
  readonly holdGraceMs?: Millis
  /** How long `close` waits for the access point's last count; default 1 s. */
  readonly closeWaitMs?: Millis
  /** Waits before each repetition of one Disconnect-Request, and before each new one after a refusal or silence. */
  readonly disconnectWaitsMs?: readonly Millis[]
  readonly disconnectAgainMs?: readonly Millis[]
  readonly clock?: Clock
  readonly random?: (size: number) => Uint8Array
  readonly onNote?: (note: RadiusNote) => void
}

/** A request that was left beforehand, as its client sees it. */
export interface Deposit {
  /** User name of the credential, and id of the session it opens. */
  readonly sid: SessionId
  /** `waiting` until the station appears, then `open` with the grant, then `over`. */
  readonly state: 'waiting' | 'open' | 'over'
  readonly grant?: string
  readonly expiresAt: UnixMillis
  readonly network: string
}

export interface RadiusGateway extends Gateway {
  /** Port that FreeRADIUS asks, once started. */
  readonly port: number
  /** Leaves a signed request whose session begins when the station authenticates; the same text again tells its state. */
  deposit(request: string, remoteAddress: string): Promise<Result<Deposit>>
  /** Whether the session is being opened by a station at this moment, or is open here. */
  owns(session: SessionId): boolean
}

const DEFAULTS = { interimSeconds: 60, holdGraceMs: 2_000, closeWaitMs: 1_000 }

class Radius implements RadiusGateway {
  readonly name = 'radius'
  readonly #options: RadiusOptions
  readonly #clock: Clock
  readonly #book: RadiusBook
  readonly #waiting: WaitingRoom
  readonly #authoriser: Authoriser
  readonly #disconnector: Disconnector
  readonly #listener: Listener
  readonly #listeners = new Set<(event: GatewayEvent) => void>()
  readonly #closing = new Map<SessionId, Promise<Meter>>()
  /** Sessions whose station is being thrown off, closed ones too: a Stop and a restart end that. */
  readonly #leaving = new Map<DisconnectTarget, RadiusSession>()
  #running = false

  constructor(options: RadiusOptions) {
    this.#options = options
    const { lid, provider, verify, openSession } = options
    this.#clock = options.clock ?? systemClock
    const now = () => this.#clock.now()
    this.#disconnector = new Disconnector({
      ...{ nas: options.nas, clock: this.#clock, note: note => options.onNote?.(note) },
      ...(options.disconnectWaitsMs && { waitsMs: options.disconnectWaitsMs }),
      ...(options.disconnectAgainMs && { againMs: options.disconnectAgainMs }),
    })
    const { interimSeconds = DEFAULTS.interimSeconds, holdGraceMs = DEFAULTS.holdGraceMs } = options
    this.#book = new RadiusBook({
      clock: this.#clock,
      rules: { interimSeconds, holdGraceMs },
      emit: event => this.#emit(event),
      disconnect: (target, unwanted) => this.#throwOff(target, unwanted),
    })
    this.#waiting = new WaitingRoom({ ...options, now })
    const parts = { lid, provider, verify, openSession, now, book: this.#book, waiting: this.#waiting }
    this.#authoriser = new Authoriser(parts)
    this.#listener = new Listener(options.listen, {
      '/v1/authorize': body => this.#authorise(body),
      '/v1/accounting': body => this.#account(body),
    })
  }

  get port(): number {
    return this.#listener.port
  }

  async start(): Promise<void> {
    await this.#listener.start()
    this.#running = true
  }

  async stop(): Promise<void> {
    this.#running = false
    await Promise.all([...this.#book.all()].map(({ session }) => this.close(session.id)))
    await this.#listener.stop()
    this.#disconnector.stop()
  }

  async open(admission: Admission): Promise<AccessPoint> {
    if (!this.#running) throw new ConetError('GATEWAY_STOPPED', 'the gateway is not running; start it first')
    const password = Buffer.from((this.#options.random ?? randomBytes)(16)).toString('hex')
    this.#book.open(admission, password)
    const { network } = this.#options
    return { host: network, port: 1_812, protocols: ['direct'], username: admission.session, password }
  }

  async extend(session: SessionId, until: UnixMillis, quota: Bytes): Promise<void> {
    const found = this.#book.get(session)
    if (!found.alive) {
      throw new ConetError('SESSION_EXPIRED', 'the session is over: its credential is dead, open a new one', {
        data: { session },
      })
    }
    found.extend(until, quota)
  }

  async close(session: SessionId): Promise<Meter> {
    const under = this.#closing.get(session)
    if (under !== undefined) return under
    if (this.#book.find(session) === undefined) return this.#book.last(session)
    const closing = this.#close(session).finally(() => this.#closing.delete(session))
    this.#closing.set(session, closing)
    return closing
  }

  meter(session: SessionId): Meter {
    return this.#book.get(session).meter
  }

  onEvent(listener: (event: GatewayEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async deposit(request: string, remoteAddress: string): Promise<Result<Deposit>> {
    const taken = this.#waiting.take(request, remoteAddress)
    if (!taken.ok) return taken
    const { sid, expiresAt, opening } = taken.value
    const base = { sid, expiresAt, network: this.#options.network }
    if (this.#book.wasHere(sid)) return ok({ ...base, state: 'over' })
    const opened = await opening?.catch(() => undefined)
    if (opened === undefined || !opened.ok) return ok({ ...base, state: 'waiting' })
    return ok({ ...base, state: 'open', grant: opened.value.grant })
  }

  owns(session: SessionId): boolean {
    return this.#book.find(session) !== undefined || this.#book.wasHere(session) || this.#isEntering(session)
  }

  #isEntering(session: SessionId): boolean {
    return this.#waiting.get(session)?.opening !== undefined
  }

  /** Cuts, then waits a moment for the count that the access point sends with its Stop. */
  async #close(id: SessionId): Promise<Meter> {
    const session = this.#book.get(id)
    const target = session.close()
    const wait = this.#options.closeWaitMs ?? DEFAULTS.closeWaitMs
    const stopped = session.stopped(wait)
    const unwanted = () => session.isUnwanted(target)
    if (target !== undefined) await Promise.race([this.#throwOff(target, unwanted), this.#pause(wait)])
    await stopped
    this.#book.drop(id, session.meter)
    this.#waiting.remove(id)
    return session.meter
  }

  /** A station that is on with another session meanwhile left this one: that one is not ended for it. */
  async #throwOff(target: DisconnectTarget, unwanted: () => boolean): Promise<DisconnectOutcome> {
    const station = stationOf(target.callingStationId)
    const isBack = () => this.#book.seatsElsewhere(station, target.session)
    if (target.acctId === undefined && isBack()) return 'was-off'
    const session = this.#book.find(target.session)
    if (session !== undefined) this.#leaving.set(target, session)
    const outcome = await this.#disconnector.send(target, () => unwanted() && !isBack())
    this.#leaving.delete(target)
    return isBack() ? 'was-off' : outcome
  }

  #pause(ms: Millis): Promise<void> {
    return new Promise(resolve => void this.#clock.after(ms, resolve))
  }

  async #authorise(body: string): Promise<Answer> {
    const attributes = readAttributes(body)
    if (!attributes.ok) return { status: 400 }
    const answer = await this.#authoriser.authorise(attributes.value)
    if (answer.ok) return { status: 200, body: this.#accept(answer.value) }
    const station = first(attributes.value, 'Calling-Station-Id') ?? ''
    const code = answer.code === 'NODE_REFUSED' ? String(answer.data.code) : answer.code
    this.#options.onNote?.({ type: 'refused', session: first(attributes.value, 'User-Name'), code, station })
    return { status: 401, body: refusal(answer.code, code) }
  }

  #accept({ session, seconds }: { readonly session: SessionId; readonly seconds: number }) {
    return {
      'control:Auth-Type': 'Accept',
      'reply:User-Name': session,
      'reply:Class': session,
      'reply:Session-Timeout': seconds,
      'reply:Termination-Action': 'RADIUS-Request',
      'reply:Acct-Interim-Interval': this.#options.interimSeconds ?? DEFAULTS.interimSeconds,
    }
  }

  #account(body: string): Answer {
    const attributes = readAttributes(body)
    const record = attributes.ok ? readRecord(attributes.value) : attributes
    if (!record.ok) return { status: 400 }
    this.#take(record.value)
    // Also for what is not ours: an access point repeats what is not confirmed, for ever.
    return { status: 204 }
  }

  #take(record: AccountingRecord): void {
    const { nas, session: id } = record
    if (record.status === 'Accounting-On' || record.status === 'Accounting-Off') {
      if (nas !== undefined) this.#restarted(nas)
      return
    }
    if (id === undefined) return
    const session = this.#book.find(id)
    if (session !== undefined && !this.#closing.has(id)) session.account(record)
    else (session ?? [...this.#leaving.values()].find(one => one.id === id))?.addLast(record)
  }

  #restarted(nas: string): void {
    for (const { session } of this.#book.all()) session.nasRestarted(nas)
    for (const session of this.#leaving.values()) session.nasRestarted(nas)
  }

  #emit(event: GatewayEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}

function refusal(code: RadiusCode, shown: string): Record<string, string> {
  return { 'reply:Reply-Message': `${shown}: ${messageOf(code)}` }
}

/** Makes a gateway for access points that ask FreeRADIUS; nothing listens until `start`. */
export function createRadiusGateway(options: RadiusOptions): RadiusGateway {
  return new Radius(options)
}
