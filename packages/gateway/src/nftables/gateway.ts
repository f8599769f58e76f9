import { randomBytes } from 'node:crypto'
import { ConetError } from '@conet/core/errors'
import type { AccessPoint, SessionId } from '@conet/core/rounds'
import type { Bytes, Millis, UnixMillis } from '@conet/core/units'
import { plainAddress } from '../address.js'
import { type Clock, systemClock } from '../clock.js'
import type { Admission, Gateway, GatewayEvent, Meter } from '../contract.js'
import { batched } from './batch.js'
import { errorOf, HelperLink } from './link.js'
import {
  type Counted,
  type Hello,
  LONGEST_LEASE_MS,
  type Neighbour,
  type Opened,
  type OpenItem,
  type Push,
  type RenewItem,
} from './protocol.js'
import { NftSession } from './session.js'

/** Things the owner should hear of; the log shows them. */
export type Notice =
  /** Somebody changed our rules or elements by hand; they are in order again. */
  | { readonly type: 'tampered'; readonly repaired: 'elements' | 'rules' | 'table'; readonly detail: string }
  /** The kernel tracks nearly as many connections as it can. */
  | { readonly type: 'conntrack'; readonly count: number; readonly max: number }
  | { readonly type: 'helper'; readonly up: boolean }

/** How an nftables gateway is set up. */
export interface NftablesOptions {
  /** Path of the helper's socket. */
  readonly socket: string
  /** What grants name as the way in: this machine on the guests' network. Nothing connects there. */
  readonly advertise: { readonly host: string; readonly port: number }
  /** Bytes a second for one client of an offer, both ways together; `undefined` is no limit. */
  readonly rateOf?: (offer: string | undefined) => number | undefined
  readonly onNotice?: (notice: Notice) => void
  readonly clock?: Clock
  /** Cryptographic. Default: the system's. */
  readonly random?: (size: number) => Uint8Array
}

/** A gateway whose clients are whole devices, known by their addresses. */
export interface NftablesGateway extends Gateway {
  /** Who is behind an address on the guests' link, for the captive portal. */
  clientOf(address: string): Promise<{ readonly ip: string; readonly mac: string } | undefined>
  /** What the helper said of itself; `undefined` while it is away. */
  readonly helper: Hello | undefined
}

/** How old a count may be, with up to `READ_AT_ONCE` sessions. */
export const COUNT_EVERY_MS: Millis = 50
/** Without netlink each reading starts a program. */
const COUNT_EVERY_SLOW_MS: Millis = 500
const READ_AT_ONCE = 256
const ITEMS_AT_ONCE = 2_500
/** A lease with less than this left is renewed, if the session is longer: half of what one request can give. */
const RENEW_BELOW_MS = LONGEST_LEASE_MS / 2
const CONNECT_AGAIN_MS = 1_000
/** A lease that is gone this long before its time was taken out by hand. */
const EARLY_MS = 200
/** Last counts are remembered for this many closed sessions. */
const REMEMBERED = 1_024

class NftGateway implements NftablesGateway {
  readonly name = 'nftables'
  helper: Hello | undefined
  readonly #clock: Clock
  readonly #listeners = new Set<(event: GatewayEvent) => void>()
  readonly #sessions = new Map<SessionId, NftSession>()
  readonly #closing = new Map<SessionId, Promise<Meter>>()
  readonly #closed = new Map<SessionId, Meter>()
  #link: HelperLink | undefined
  #running = false
  #stopTick = () => {}
  #stopRetry = () => {}
  /** Where the next reading begins. */
  #cursor = 0

  readonly #openOne = batched<OpenItem, Opened>(ITEMS_AT_ONCE, items => this.#ask({ op: 'open', items }) as never)
  readonly #renewOne = batched<RenewItem, boolean>(ITEMS_AT_ONCE, async items => {
    const { gone } = (await this.#ask({ op: 'renew', items })) as { gone: readonly number[] }
    return items.map(({ n }) => !gone.includes(n))
  })

  constructor(private readonly options: NftablesOptions) {
    this.#clock = options.clock ?? systemClock
  }

  async start(): Promise<void> {
    this.#running = true
    try {
      await this.#connect()
    } catch (error) {
      this.#running = false
      throw error
    }
    this.#tickLater()
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#stopTick()
    this.#stopRetry()
    const numbers = [...this.#sessions.values()].filter(({ state }) => state === 'open').map(({ n }) => n)
    this.#sessions.clear()
    if (numbers.length > 0) await this.#ask({ op: 'close', sessions: numbers }).catch(() => undefined)
    this.#link?.close()
    this.#link = undefined
  }

  async open(admission: Admission): Promise<AccessPoint> {
    if (!this.#running) {
      throw new ConetError('GATEWAY_STOPPED', 'the gateway does not run: start it first', { verdict: 'retry' })
    }
    if (this.#sessions.has(admission.session)) {
      throw new ConetError('SESSION_EXISTS', 'a session of this id is already open: close it first', {
        data: { session: admission.session },
      })
    }
    const session = new NftSession(admission, addressOf(admission), this.options.rateOf?.(admission.offer))
    this.#sessions.set(session.id, session)
    try {
      await this.#admit(session)
    } catch (error) {
      this.#sessions.delete(session.id)
      throw error
    }
    this.#takeOver(session)
    const random = this.options.random ?? randomBytes
    const hex = (size: number) => Buffer.from(random(size)).toString('hex')
    return { ...this.options.advertise, protocols: ['direct'], username: hex(8), password: hex(16) }
  }

  async extend(id: SessionId, until: UnixMillis, quota: Bytes): Promise<void> {
    const session = this.#get(id)
    if (session.state !== 'open' || session.isOverdue(this.#clock.now())) throw expired(id)
    session.extend(until, quota)
    if (!(await this.#renew(session))) throw expired(id)
  }

  close(id: SessionId): Promise<Meter> {
    const closing = this.#closing.get(id)
    if (closing !== undefined) return closing
    const session = this.#sessions.get(id)
    if (session === undefined) {
      const last = this.#closed.get(id)
      return last === undefined ? Promise.reject(unknown(id)) : Promise.resolve(last)
    }
    const cut = this.#cut(session).finally(() => this.#closing.delete(id))
    this.#closing.set(id, cut)
    return cut
  }

  meter(id: SessionId): Meter {
    return this.#get(id).meter()
  }

  onEvent(listener: (event: GatewayEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async clientOf(address: string): Promise<{ ip: string; mac: string } | undefined> {
    const ip = plainAddress(address)
    const { mac } = (await this.#ask({ op: 'neighbour', ip })) as Neighbour
    return mac === null ? undefined : { ip, mac }
  }

  #get(id: SessionId): NftSession {
    const session = this.#sessions.get(id)
    if (session === undefined) throw unknown(id)
    return session
  }

  #ask(request: Parameters<HelperLink['ask']>[0]): Promise<unknown> {
    return this.#link === undefined ? Promise.reject(errorOf(AWAY)) : this.#link.ask(request)
  }

  async #connect(): Promise<void> {
    const link = new HelperLink(
      this.options.socket,
      event => this.#heard(event),
      () => this.#lostHelper(),
    )
    this.helper = await link.hello
    this.#link = link
  }

  #lostHelper(): void {
    if (this.helper === undefined) return
    this.helper = undefined
    this.#link = undefined
    this.#notice({ type: 'helper', up: false })
    for (const session of this.#sessions.values()) this.#lose(session, 'the gateway helper ended')
    this.#connectLater()
  }

  #connectLater(): void {
    if (!this.#running) return
    this.#stopRetry = this.#clock.after(CONNECT_AGAIN_MS, () => {
      this.#connect().then(
        () => this.#notice({ type: 'helper', up: true }),
        () => this.#connectLater(),
      )
    })
  }

  #heard(event: Push): void {
    if (event.event === 'conntrack') this.#notice({ type: 'conntrack', count: event.count, max: event.max })
    else if (event.event === 'touched') void this.#read([...this.#sessions.values()]).catch(() => undefined)
    else this.#notice({ type: 'tampered', repaired: event.what, detail: event.detail })
  }

  async #admit(session: NftSession): Promise<void> {
    const forMs = this.#leaseMs(session)
    const opened = await this.#openOne({
      ip: session.address,
      forMs,
      quota: String(session.quotaLeftHere),
      ...(session.rate !== undefined && { rate: session.rate }),
    })
    if ('error' in opened) throw errorOf(opened.error)
    session.n = opened.n
  }

  #renew(session: NftSession): Promise<boolean> {
    const [quota, used] = [String(session.quotaLeftHere), String(session.seen)]
    return this.#renewOne({ n: session.n, forMs: this.#leaseMs(session), quota, used })
  }

  /** What is asked of the kernel now; the rest of a long session is asked for later. */
  #leaseMs(session: NftSession): Millis {
    const now = this.#clock.now()
    const forMs = Math.min(Math.max(Math.ceil(session.until - now), 1), LONGEST_LEASE_MS)
    session.leaseUntil = now + forMs
    return forMs
  }

  /** A device has one session: its earlier one ends when it opens another. */
  #takeOver(by: NftSession): void {
    for (const session of this.#sessions.values()) {
      if (session === by || session.address !== by.address) continue
      this.#lose(session, 'the device opened another session')
    }
  }

  async #cut(session: NftSession): Promise<Meter> {
    const live = session.state === 'open'
    session.state = 'closed'
    if (live) await this.#withdraw([session])
    this.#sessions.delete(session.id)
    const meter = session.meter()
    this.#closed.delete(session.id)
    this.#closed.set(session.id, meter)
    const [oldest] = this.#closed.keys()
    if (this.#closed.size > REMEMBERED && oldest !== undefined) this.#closed.delete(oldest)
    return meter
  }

  /** Takes sessions out of the kernel and keeps their last counts. Without a helper the lease ends by itself. */
  async #withdraw(sessions: readonly NftSession[]): Promise<void> {
    const numbers = sessions.map(({ n }) => n)
    const counted = await (this.#ask({ op: 'close', sessions: numbers }) as Promise<Counted[]>).catch(() => [])
    counted.forEach((counts, index) => {
      if (counts !== null) sessions[index]?.count(counts.up, counts.down)
    })
  }

  #lose(session: NftSession, reason: string): void {
    if (session.state !== 'open') return
    session.state = 'lost'
    this.#emit({ type: 'lost', session: session.id, reason })
  }

  #tickLater(): void {
    const every = this.helper?.channel === 'nft' ? COUNT_EVERY_SLOW_MS : COUNT_EVERY_MS
    this.#stopTick = this.#clock.after(every, () => {
      this.#tick()
        .catch(() => undefined)
        .finally(() => this.#running && this.#tickLater())
    })
  }

  async #tick(): Promise<void> {
    const now = this.#clock.now()
    const open = [...this.#sessions.values()].filter(({ state }) => state === 'open')
    const over = open.filter(session => session.isOverdue(now))
    if (over.length > 0) await this.#expire(over)
    for (const session of open) {
      const short = session.leaseUntil < session.until && session.leaseUntil - now < RENEW_BELOW_MS
      if (short && !session.isOverdue(now)) void this.#renew(session).catch(() => undefined)
    }
    if (this.#cursor >= open.length) this.#cursor = 0
    await this.#read(open.slice(this.#cursor, this.#cursor + READ_AT_ONCE))
    this.#cursor += READ_AT_ONCE
  }

  async #expire(sessions: readonly NftSession[]): Promise<void> {
    for (const session of sessions) session.state = 'expired'
    await this.#withdraw(sessions)
    for (const session of sessions) this.#emit({ type: 'expired', session: session.id })
  }

  async #read(sessions: readonly NftSession[]): Promise<void> {
    const asked = sessions.filter(({ state }) => state === 'open')
    if (asked.length === 0 || this.#link === undefined) return
    const numbers = asked.map(({ n }) => n)
    const counted = (await this.#ask({ op: 'read', sessions: numbers })) as Counted[]
    asked.forEach((session, index) => {
      const counts = counted[index] ?? null
      if (counts !== null && session.n === numbers[index] && session.state === 'open') this.#take(session, counts)
    })
  }

  #take(session: NftSession, counts: Exclude<Counted, null>): void {
    const { events, fell } = session.count(counts.up, counts.down)
    for (const event of events) this.#emit(event)
    const taken = !counts.leased && this.#clock.now() < session.leaseUntil - EARLY_MS
    if (fell || taken) {
      const detail = taken ? 'a lease was taken out by hand' : 'counters were taken out by hand'
      this.#notice({ type: 'tampered', repaired: 'elements', detail })
      void this.#renew(session).catch(() => undefined)
    }
  }

  #notice(notice: Notice): void {
    this.options.onNotice?.(notice)
  }

  #emit(event: GatewayEvent): void {
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener(event)
    })
  }
}

const AWAY = { code: 'HELPER_UNREACHABLE', message: 'the gateway helper is away: start "conet gateway helper" again' }

function addressOf({ clientAddress, session }: Admission): string {
  if (clientAddress !== undefined) return plainAddress(clientAddress)
  throw new ConetError(
    'CLIENT_ADDRESS_MISSING',
    'this gateway lets devices through by their address, and the session names none: bind sessions to addresses',
    { data: { session } },
  )
}

function unknown(session: SessionId): ConetError {
  return new ConetError('SESSION_UNKNOWN', 'no session of this id is open here', { data: { session } })
}

function expired(session: SessionId): ConetError {
  return new ConetError('SESSION_EXPIRED', 'the session was cut at its end and cannot be extended: open a new one', {
    data: { session },
  })
}

/**
 * The gateway for Linux hotspots: whole devices are let through by hardware address and address, and the kernel itself ends
 * each session. It runs without privileges beside `conet gateway helper`.
 *
 * @throws ConetError from `start`: `HELPER_UNREACHABLE`, `HELPER_BUSY`; from `open`: `GATEWAY_STOPPED`, `SESSION_EXISTS`,
 * `CLIENT_ADDRESS_MISSING`, `CLIENT_NOT_ON_LINK`, `CONNTRACK_FULL`, `SESSIONS_FULL`, `HELPER_UNREACHABLE`
 * @see docs/adr/0011-nftables-gateway.md
 */
export function createNftablesGateway(options: NftablesOptions): NftablesGateway {
  return new NftGateway(options)
}
