import type { AccessPoint, ClientSummary } from '@conet/core/rounds'
import type { Millis } from '@conet/core/units'
import { NodeApi } from '../api/api.js'
import type { Offer } from '../api/types.js'
import { NOTHING_MEASURED, type Observation, observe, type Quality } from '../discovery/index.js'
import type { ClientPorts } from '../ports/types.js'
import { type Flow, FlowMeter, linkCount, openTunnel, TargetRefused } from '../proxy/index.js'
import { type KeyBook, openSession, type Session, type SessionOptions } from '../session/index.js'
import type { ConnectionOptions, SessionRecord } from './types.js'

/** Shorter flows say nothing about speed. */
const SPEED_BYTES = 1_048_576

/** What a carrier tells its owner. */
export interface CarrierHooks {
  /** After every flow. */
  quality(quality: Quality): void
  /** The control line could not be opened again, for the n-th time in a row. */
  lineDown(carrier: Carrier, failures: number): void
}

/** What the connection adds to its options for a carrier. */
interface CarrierWish {
  readonly ports: ClientPorts
  readonly keys: KeyBook
  readonly lid: string
  readonly mayPay: NonNullable<SessionOptions['mayPay']>
}

interface CarrierParts {
  readonly api: NodeApi
  readonly meter: FlowMeter
  readonly ports: ClientPorts
  readonly hooks: CarrierHooks
  readonly access: AccessPoint
}

/** One session with its flows and what they told about the provider. */
export class Carrier {
  readonly session: Session
  /** The provider's node. */
  readonly api: NodeApi
  readonly #meter: FlowMeter
  readonly #ports: ClientPorts
  readonly #hooks: CarrierHooks
  readonly #access: AccessPoint
  #quality: Quality = NOTHING_MEASURED
  #timeToServiceMs: Millis | undefined
  #idle: () => void = () => {}
  /** Flows asked for that have not ended: one that is still being opened counts too. */
  #busy = 0

  private constructor(session: Session, parts: CarrierParts) {
    this.session = session
    this.#meter = parts.meter
    this.#ports = parts.ports
    this.#hooks = parts.hooks
    this.#access = parts.access
    this.api = parts.api
  }

  /**
   * Asks a provider for service.
   *
   * @throws ConetError like `openSession`
   */
  static async open(offer: Offer, options: ConnectionOptions & CarrierWish, hooks: CarrierHooks): Promise<Carrier> {
    const { ports, wallet, keys, lid, device, escrow, mayPay, over, onEvent } = options
    const meter = new FlowMeter(over !== undefined)
    const api = new NodeApi(offer.node, { ports })
    let carrier: Carrier | undefined
    const session = await openSession({
      ...{ ports, wallet, keys, lid, offer, meter, device, escrow, mayPay, via: over?.via() },
      api,
      onEvent: event => {
        // Before the grant there is no session that could have events.
        if (carrier === undefined) return
        onEvent?.({ type: 'session', sid: carrier.session.grant.sid, event })
        if (event.type === 'line' && !event.up) hooks.lineDown(carrier, event.failures)
      },
    })
    const { access } = session.grant
    if (access.protocols.includes('direct')) meter.link = await linkCount(access.host)
    const opened = new Carrier(session, {
      api,
      meter,
      ports,
      hooks,
      access: (await over?.reachAccess(access)) ?? access,
    })
    carrier = opened
    void meter.firstByte.then(() => {
      opened.#timeToServiceMs = ports.now() - session.requestedAt
      onEvent?.({ type: 'first-byte', sid: session.grant.sid, timeToServiceMs: opened.#timeToServiceMs })
    })
    return opened
  }

  get quality(): Quality {
    return this.#quality
  }

  get openFlows(): number {
    return this.#meter.openFlows
  }

  /** Opens a tunnel and measures it. @throws ConetError like `openTunnel` */
  async flow(target: string): Promise<Flow> {
    const asked = this.#ports.now()
    this.#busy++
    try {
      const socket = await openTunnel(this.#access, target)
      const opened = this.#ports.now()
      this.#saw({ latencyMs: opened - asked, failed: false })
      const meter = this.#meter
      return { socket, meter, ended: bytes => this.#flowEnded(bytes, this.#ports.now() - opened) }
    } catch (error) {
      this.#flowOver()
      // What the target refuses is no fault of the provider.
      if (!(error instanceof TargetRefused)) this.#saw({ failed: true })
      throw error
    }
  }

  /** Stops the session once its last flow has ended. */
  async drain(): Promise<ClientSummary> {
    if (this.#busy > 0 && !this.session.ended) {
      const idle = new Promise<void>(resolve => {
        this.#idle = resolve
      })
      await Promise.race([idle, this.session.done])
    }
    return this.session.stop()
  }

  async record(): Promise<SessionRecord> {
    const { offer, grant, requestedAt, grantedAt, done } = this.session
    const { reason, rounds, paid } = await done
    const { bytesUp, bytesDown } = this.#meter.read()
    return {
      sid: grant.sid,
      offer: offer.id,
      provider: offer.provider,
      providerName: offer.providerName,
      hops: offer.hops,
      asset: grant.terms.tariff.asset,
      ...{ reason, rounds, paid, bytesUp, bytesDown },
      timeToGrantMs: grantedAt - requestedAt,
      timeToServiceMs: this.#timeToServiceMs,
    }
  }

  #flowEnded(bytes: number, tookMs: Millis): void {
    if (bytes >= SPEED_BYTES) this.#saw({ bytesPerSecond: (bytes * 1_000) / Math.max(1, tookMs) })
    this.#flowOver()
  }

  #flowOver(): void {
    this.#busy--
    if (this.#busy === 0) this.#idle()
  }

  #saw(seen: Observation): void {
    this.#quality = observe(this.#quality, seen)
    this.#hooks.quality(this.#quality)
  }
}
