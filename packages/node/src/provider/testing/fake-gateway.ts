import { ConetError } from '@conet/core/errors'
import type { AccessPoint, SessionId } from '@conet/core/rounds'
import type { Admission, Gateway, GatewayEvent, Meter } from '@conet/gateway'
import type { Clock } from '../clock.js'

interface Access {
  until: number
  quota: bigint
  freeAtExtend: bigint
  halfSaid: boolean
  meter: Meter
}

/** A data plane without bytes: the test says what was carried; expiry and quota hold as in a real one. */
export class FakeGateway implements Gateway {
  readonly name = 'fake'
  readonly open_ = new Map<SessionId, Access>()
  failOpen = false
  readonly #clock: Clock
  readonly #listeners = new Set<(event: GatewayEvent) => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    this.open_.clear()
  }

  async open({ session, until, quota }: Admission): Promise<AccessPoint> {
    if (this.failOpen) throw new ConetError('GATEWAY_STOPPED', 'stopped', { verdict: 'retry' })
    const meter = { bytesUp: 0n, bytesDown: 0n, openFlows: 0, refusedFlows: 0 }
    this.open_.set(session, { until, quota, freeAtExtend: quota, halfSaid: false, meter })
    return { host: '127.0.0.1', port: 1080, protocols: ['http', 'socks5'], username: 'u', password: 'p' }
  }

  async extend(session: SessionId, until: number, quota: bigint): Promise<void> {
    const access = this.#get(session)
    const used = access.meter.bytesUp + access.meter.bytesDown
    Object.assign(access, { until, quota, freeAtExtend: quota - used, halfSaid: false })
  }

  async close(session: SessionId): Promise<Meter> {
    const meter = this.open_.get(session)?.meter
    this.open_.delete(session)
    return meter ?? { bytesUp: 0n, bytesDown: 0n, openFlows: 0, refusedFlows: 0 }
  }

  meter(session: SessionId): Meter {
    return this.#get(session).meter
  }

  onEvent(listener: (event: GatewayEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tries to carry bytes down. @returns how many passed: none after `until`, none above the quota */
  carry(session: SessionId, bytes: bigint): bigint {
    const access = this.open_.get(session)
    if (access === undefined || this.#clock.now() >= access.until) return 0n
    const used = access.meter.bytesUp + access.meter.bytesDown
    const free = access.quota - used
    const passed = bytes < free ? bytes : free
    access.meter = { ...access.meter, bytesDown: access.meter.bytesDown + passed }
    const { meter } = access
    if (!access.halfSaid && free - passed <= access.freeAtExtend / 2n) {
      access.halfSaid = true
      this.#emit({ type: 'half', session, meter })
    }
    if (passed < bytes) this.#emit({ type: 'quota', session, meter })
    return passed
  }

  #emit(event: GatewayEvent): void {
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener(event)
    })
  }

  #get(session: SessionId): Access {
    const access = this.open_.get(session)
    if (access === undefined) throw new ConetError('SESSION_UNKNOWN', 'no such session')
    return access
  }
}
