import type { ClientSummary, SessionId } from '@conet/core/rounds'
import type { Millis } from '@conet/core/units'
import { NodeApi } from '../api/api.js'
import type { Offer } from '../api/types.js'
import { NOTHING_MEASURED, type Observation, observe, type Quality } from '../discovery/index.js'
import type { ClientPorts } from '../ports/types.js'
import { type Flow, FlowMeter, openTunnel, TargetRefused } from '../proxy/index.js'
import { type KeyBook, openSession, type Session } from '../session/index.js'
import type { ConnectionOptions, SessionRecord } from './types.js'

/** Shorter flows say nothing about speed. */
const SPEED_BYTES = 1_048_576

/** One session with its flows and what they told about the provider. */
export class Carrier {
  readonly session: Session
  readonly #meter: FlowMeter
  readonly #ports: ClientPorts
  readonly #onSeen: (quality: Quality) => void
  #quality: Quality = NOTHING_MEASURED
  #timeToServiceMs: Millis | undefined
  #idle: () => void = () => {}

  private constructor(session: Session, meter: FlowMeter, ports: ClientPorts, onSeen: (quality: Quality) => void) {
    this.session = session
    this.#meter = meter
    this.#ports = ports
    this.#onSeen = onSeen
  }

  /**
   * Asks a provider for service.
   *
   * @param onSeen - told the provider's quality after every flow
   * @throws ConetError like `openSession`
   */
  static async open(
    offer: Offer,
    options: ConnectionOptions & { ports: ClientPorts; keys: KeyBook; lid: string },
    onSeen: (quality: Quality) => void,
  ): Promise<Carrier> {
    const { ports, wallet, keys, lid, device, escrow, budget, onEvent } = options
    const meter = new FlowMeter()
    let sid: SessionId = ''
    const session = await openSession({
      ...{ ports, wallet, keys, lid, offer, meter, device, escrow, budget },
      api: new NodeApi(offer.node, { ports }),
      onEvent: event => onEvent?.({ type: 'session', sid, event }),
    })
    sid = session.grant.sid
    const carrier = new Carrier(session, meter, ports, onSeen)
    void meter.firstByte.then(() => {
      carrier.#timeToServiceMs = ports.now() - session.requestedAt
      onEvent?.({ type: 'first-byte', sid, timeToServiceMs: carrier.#timeToServiceMs })
    })
    return carrier
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
    try {
      const socket = await openTunnel(this.session.grant.access, target)
      const opened = this.#ports.now()
      this.#saw({ latencyMs: opened - asked, failed: false })
      const meter = this.#meter
      return { socket, meter, ended: bytes => this.#flowEnded(bytes, this.#ports.now() - opened) }
    } catch (error) {
      // What the target refuses is no fault of the provider.
      if (!(error instanceof TargetRefused)) this.#saw({ failed: true })
      throw error
    }
  }

  /** Stops the session once its last flow has ended. */
  async drain(): Promise<ClientSummary> {
    if (this.openFlows > 0 && !this.session.ended) {
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
    const { bytesUp, bytesDown } = this.#meter
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
    if (this.openFlows === 0) this.#idle()
  }

  #saw(seen: Observation): void {
    this.#quality = observe(this.#quality, seen)
    this.#onSeen(this.#quality)
  }
}
