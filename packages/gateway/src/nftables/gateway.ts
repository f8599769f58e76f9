import { randomBytes } from 'node:crypto'
import { ConetError } from '@conet/core/errors'
import type { AccessPoint, SessionId } from '@conet/core/rounds'
import type { Bytes, Millis, UnixMillis } from '@conet/core/units'
import { plainAddress } from '../address.js'
import { type Clock, systemClock } from '../clock.js'
import type { Admission, Gateway, GatewayEvent, Meter } from '../contract.js'
import { Keeper } from './keeper.js'
import { HelperLine } from './line.js'
import { errorOf } from './link.js'
import type { Notice } from './notice.js'
import { type Hello, LONGEST_LEASE_MS, type Neighbour, type Push } from './protocol.js'
import { NftSession } from './session.js'

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

/** Last counts are remembered for this many closed sessions. */
const REMEMBERED = 1_024

class NftGateway implements NftablesGateway {
  readonly name = 'nftables'
  readonly #clock: Clock
  readonly #listeners = new Set<(event: GatewayEvent) => void>()
  readonly #sessions = new Map<SessionId, NftSession>()
  /** The newest of each device. */
  readonly #byAddress = new Map<string, NftSession>()
  readonly #closing = new Map<SessionId, Promise<Meter>>()
  readonly #closed = new Map<SessionId, Meter>()
  readonly #looking = new Map<string, Promise<Neighbour>>()
  readonly #line: HelperLine
  readonly #keeper: Keeper
  #running = false

  constructor(private readonly options: NftablesOptions) {
    this.#clock = options.clock ?? systemClock
    this.#line = new HelperLine(options.socket, this.#clock, {
      push: event => this.#heard(event),
      changed: up => this.#helperChanged(up),
    })
    this.#keeper = new Keeper({
      ...{ line: this.#line, clock: this.#clock, sessions: this.#sessions },
      renew: session => this.#renew(session),
      emit: event => this.#emit(event),
      notice: notice => this.options.onNotice?.(notice),
    })
  }

  get helper(): Hello | undefined {
    return this.#line.hello
  }

  async start(): Promise<void> {
    await this.#line.connect()
    this.#running = true
    this.#keeper.start()
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#keeper.stop()
    const open = [...this.#sessions.values()].filter(({ state }) => state === 'open')
    for (const session of open) session.state = 'closed'
    this.#sessions.clear()
    this.#byAddress.clear()
    if (open.length > 0) await this.#keeper.withdraw(open)
    this.#line.stop()
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

  /** One promise for each of thousands: what lives while the helper works is what the collector must copy. */
  extend(id: SessionId, until: UnixMillis, quota: Bytes): Promise<void> {
    const session = this.#sessions.get(id)
    if (session === undefined) return Promise.reject(unknown(id))
    if (session.state !== 'open' || session.isOverdue(this.#clock.now())) return Promise.reject(expired(id))
    session.extend(until, quota)
    return this.#renew(session).then(known => {
      if (!known) throw expired(id)
    })
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
    // However often a device asks at once, the helper is asked once: it has the leases of all others to renew.
    const asked = this.#looking.get(ip) ?? this.#line.neighbour(ip).finally(() => this.#looking.delete(ip))
    this.#looking.set(ip, asked)
    const { mac } = await asked
    return mac === null ? undefined : { ip, mac }
  }

  #get(id: SessionId): NftSession {
    const session = this.#sessions.get(id)
    if (session === undefined) throw unknown(id)
    return session
  }

  #heard(event: Push): void {
    if (event.event === 'touched') void this.#keeper.inspect()
    else if (event.event === 'conntrack') {
      this.options.onNotice?.({ type: 'conntrack', count: event.count, max: event.max })
    } else {
      this.options.onNotice?.({ type: 'tampered', repaired: event.what, detail: event.detail })
      void this.#keeper.inspect()
    }
  }

  #helperChanged(up: boolean): void {
    this.options.onNotice?.({ type: 'helper', up })
    if (up) return
    for (const session of this.#sessions.values()) this.#lose(session, 'the gateway helper ended')
  }

  async #admit(session: NftSession): Promise<void> {
    const opened = await this.#line.open({
      ip: session.address,
      forMs: this.#leaseMs(session),
      quota: String(session.quota),
      ...(session.rate !== undefined && { rate: session.rate }),
    })
    if ('error' in opened) throw errorOf(opened.error)
    session.n = opened.n
    // Closed or stopped while the helper was asked: nobody would take it out any more.
    if (this.#sessions.get(session.id) !== session) await this.#keeper.withdraw([session])
  }

  #renew(session: NftSession): Promise<boolean> {
    const [quota, used] = [String(session.quotaLeftHere), String(session.seen)]
    return this.#line.renew({ n: session.n, forMs: this.#leaseMs(session), quota, used })
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
    const before = this.#byAddress.get(by.address)
    this.#byAddress.set(by.address, by)
    if (before !== undefined) this.#lose(before, 'the device opened another session')
  }

  async #cut(session: NftSession): Promise<Meter> {
    const live = session.state === 'open'
    session.state = 'closed'
    if (live) await this.#keeper.withdraw([session])
    this.#sessions.delete(session.id)
    if (this.#byAddress.get(session.address) === session) this.#byAddress.delete(session.address)
    const meter = session.meter()
    this.#closed.delete(session.id)
    this.#closed.set(session.id, meter)
    const [oldest] = this.#closed.keys()
    if (this.#closed.size > REMEMBERED && oldest !== undefined) this.#closed.delete(oldest)
    return meter
  }

  #lose(session: NftSession, reason: string): void {
    if (session.state !== 'open') return
    session.state = 'lost'
    this.#emit({ type: 'lost', session: session.id, reason })
  }

  #emit(event: GatewayEvent): void {
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener(event)
    })
  }
}

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
