import { randomBytes } from 'node:crypto'
import { ConetError } from '@conet/core/errors'
import type { AccessPoint, SessionId } from '@conet/core/rounds'
import type { Bytes, UnixMillis } from '@conet/core/units'
import { type Clock, systemClock } from '../clock.js'
import type { Admission, Gateway, GatewayEvent, Meter } from '../contract.js'
import { Book } from './book.js'
import type { ProxyContext } from './context.js'
import type { Dial } from './dial.js'
import { dialDirect } from './dial-direct.js'
import { createEgress, type Egress } from './egress.js'
import type { Flow } from './flow.js'
import { Front, type Listen } from './front.js'
import { DEFAULT_LIMITS, type ProxyLimits } from './limits.js'
import { BufferPool } from './reader.js'

/** How a proxy gateway is set up; everything but `listen` has a default. */
export interface ProxyOptions {
  readonly listen: Listen
  /** What clients are told, if it differs from where the gateway listens (address translation, names). */
  readonly advertise?: { readonly host: string; readonly port?: number } | undefined
  readonly clock?: Clock
  /** Source of credentials: must be cryptographic. Default: the system's. */
  readonly random?: (size: number) => Uint8Array
  /** Default: nothing but public addresses. */
  readonly egress?: Egress
  /** Default: directly from this machine, under `egress`. */
  readonly dial?: Dial
  readonly limits?: Partial<ProxyLimits>
}

/** How often idle flows are looked for: one timer for all of them. */
const SWEEP_MS = 5_000

/** A gateway that clients connect to. */
export interface ProxyGateway extends Gateway {
  /** Where, as clients are told; `undefined` while it does not run. */
  readonly point: Pick<AccessPoint, 'host' | 'port' | 'protocols'> | undefined
}

class ProxyServer implements ProxyGateway {
  readonly name = 'proxy'
  private readonly listeners = new Set<(event: GatewayEvent) => void>()
  private readonly context: ProxyContext
  private readonly front: Front
  private port: number | undefined
  private stopSweep = () => {}

  constructor(private readonly options: ProxyOptions) {
    const { clock = systemClock, random = randomBytes, egress = createEgress(), limits } = options
    this.context = {
      clock,
      egress,
      dial: options.dial ?? dialDirect({ egress }),
      limits: { ...DEFAULT_LIMITS, ...limits },
      pool: new BufferPool(),
      flows: new Set<Flow>(),
      book: new Book(clock, random, event => this.emit(event)),
    }
    this.front = new Front(this.context)
  }

  async start(): Promise<void> {
    this.port = await this.front.listen(this.options.listen)
    this.context.egress.guardPort(this.port)
    this.sweepLater()
  }

  async stop(): Promise<void> {
    this.port = undefined
    this.stopSweep()
    this.context.book.closeAll()
    await this.front.close()
  }

  get point(): ProxyGateway['point'] {
    if (this.port === undefined) return undefined
    const { listen, advertise } = this.options
    const [host, port] = [advertise?.host ?? listen.host, advertise?.port ?? this.port]
    return { host, port, protocols: ['http', 'socks5'] }
  }

  async open(admission: Admission): Promise<AccessPoint> {
    const { point } = this
    if (point === undefined) {
      throw new ConetError('GATEWAY_STOPPED', 'the gateway does not run: start it first', { verdict: 'retry' })
    }
    return { ...point, ...this.context.book.open(admission) }
  }

  async extend(session: SessionId, until: UnixMillis, quota: Bytes): Promise<void> {
    this.context.book.get(session).extend(until, quota)
  }

  async close(session: SessionId): Promise<Meter> {
    return this.context.book.close(session)
  }

  meter(session: SessionId): Meter {
    return this.context.book.get(session).meter()
  }

  onEvent(listener: (event: GatewayEvent) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** Told after the data path has finished its step, so that a listener may close or extend. */
  private emit(event: GatewayEvent): void {
    queueMicrotask(() => {
      for (const listener of this.listeners) listener(event)
    })
  }

  private sweepLater(): void {
    const { clock, limits } = this.context
    const every = Math.min(SWEEP_MS, limits.idleMs, limits.halfOpenIdleMs)
    this.stopSweep = clock.after(every, () => {
      this.sweep(clock.now())
      this.sweepLater()
    })
  }

  private sweep(now: UnixMillis): void {
    const { flows, limits } = this.context
    for (const flow of [...flows]) {
      const limit = flow.halfOpen ? limits.halfOpenIdleMs : limits.idleMs
      if (!flow.session.held && now - flow.lastMove >= limit) flow.idle()
    }
  }
}

/**
 * The embedded gateway: HTTP CONNECT, plain HTTP and SOCKS5 on one port, without root, on any system.
 *
 * @throws ConetError from `start`: `LISTEN_FAILED`; from `open`: `GATEWAY_STOPPED`, `SESSION_EXISTS`
 * @see docs/adr/0004-proxy-gateway.md for what is counted and how a cut works
 */
export function createProxyGateway(options: ProxyOptions): ProxyGateway {
  return new ProxyServer(options)
}
