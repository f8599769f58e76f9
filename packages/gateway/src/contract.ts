import type { AccessPoint, SessionId } from '@conet/core/rounds'
import type { Bytes, UnixMillis } from '@conet/core/units'

/** What the provider asks the data plane to let through. */
export interface Admission {
  readonly session: SessionId
  /** No byte of the session passes after this moment of the gateway's clock, whoever is alive (RND-4). */
  readonly until: UnixMillis
  /** Bytes (both ways) that may pass in total before the gateway holds the flows back: the unpaid limit. */
  readonly quota: Bytes
  /** Bytes (both ways) that may pass in a second, on average; `undefined` without limit. Gateways that cannot hold it say so in their README. */
  readonly bytesPerSecond?: number | undefined
  /** Only flows from this address may use the credentials; `undefined` allows any. */
  readonly clientAddress?: string | undefined
  /** Id of the offer on sale, for gateways with settings per offer, such as a rate limit. */
  readonly offer?: string | undefined
}

/** Cumulative counts since `open`; only bytes of flows that the client opened. Each gateway's README says what it counts. */
export interface Meter {
  readonly bytesUp: Bytes
  readonly bytesDown: Bytes
  readonly openFlows: number
  /** Flows the client asked for that were not opened: egress policy, limits, target not reached. */
  readonly refusedFlows: number
}

export type GatewayEvent =
  /** The session's time ran out in the data plane. Told when its flows are cut; of a session without flows, up to ten seconds later. */
  | { readonly type: 'expired'; readonly session: SessionId }
  /** The session's flows are held back because the quota is used up; once per `extend`. */
  | { readonly type: 'quota'; readonly session: SessionId; readonly meter: Meter }
  /** More than half of the quota that was free at the last `extend` is used: time for an early statement; once per `extend`. */
  | { readonly type: 'half'; readonly session: SessionId; readonly meter: Meter }
  /** The data plane lost the session (process, uplink, rule removed by hand). */
  | { readonly type: 'lost'; readonly session: SessionId; readonly reason: string }

export interface Gateway {
  readonly name: string
  start(): Promise<void>
  /** Ends every session and frees every port, rule and timer. */
  stop(): Promise<void>
  /** @throws ConetError `SESSION_EXISTS`, `GATEWAY_STOPPED` */
  open(admission: Admission): Promise<AccessPoint>
  /**
   * Moves the end and the quota (both absolute, cumulative); flows that were held back go on.
   * @throws ConetError `SESSION_UNKNOWN`, `SESSION_EXPIRED` once the data plane has cut it
   */
  extend(session: SessionId, until: UnixMillis, quota: Bytes): Promise<void>
  /**
   * Cuts every flow at once and returns the last count. Closing twice is allowed. An expired session stays readable
   * until it is closed.
   * @throws ConetError `SESSION_UNKNOWN` if it was never opened here
   */
  close(session: SessionId): Promise<Meter>
  /** @throws ConetError `SESSION_UNKNOWN` */
  meter(session: SessionId): Meter
  /** @returns a function that removes the listener */
  onEvent(listener: (event: GatewayEvent) => void): () => void
}
