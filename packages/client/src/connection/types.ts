import type { AccessPoint, CloseReason, RequestPayload, SessionId } from '@conet/core/rounds'
import type { Amount, Bytes, Did, Millis } from '@conet/core/units'
import type { NodeApi } from '../api/api.js'
import type { Offer } from '../api/types.js'
import type { RankContext, Reason } from '../discovery/index.js'
import type { ClientPorts } from '../ports/types.js'
import type { Listen } from '../proxy/index.js'
import type { SessionEvent } from '../session/index.js'
import type { Wallet } from '../wallet/wallet.js'

export interface ConnectionOptions {
  /** A node this device trusts to search offers and to resolve DIDs. */
  readonly api: NodeApi
  readonly wallet: Wallet
  readonly ports?: ClientPorts
  /** Only this offer; without it the best one, and another when it fails. */
  readonly offer?: string
  /** Only offers of this owner. */
  readonly provider?: Did
  readonly listen?: Listen
  /** How offers are compared; default: 100 MiB in 10 minutes. */
  readonly rank?: Partial<Omit<RankContext, 'quality'>>
  /** The most all sessions of this connection may cost; then nothing more is bought. */
  readonly budget?: Amount
  readonly device?: string
  readonly escrow?: string
  /** How to reach the provider when it is not next door: over relays, see `client/chain`. */
  readonly over?: Over
  readonly limits?: Partial<SwitchLimits>
  /** How many sessions of each provider this device disputed before: such a provider is asked last. */
  readonly disputes?: ReadonlyMap<Did, number>
  readonly onEvent?: (event: ConnectionEvent) => void
}

/** A way to the provider that is not a plain connection. */
export interface Over {
  /** Shares of the relays on the way now. */
  via(): RequestPayload['via']
  /** Where this machine enters an access point of the provider. */
  reachAccess(access: AccessPoint): Promise<AccessPoint>
}

/** When new flows go to another provider. */
export interface SwitchLimits {
  /** Mean time to open a flow above this. Default 3,000. */
  readonly latencyMs: Millis
  /** Mean bytes per second of flows above 1 MiB below this. Default 8,192. */
  readonly bytesPerSecond: number
  /** Share of flows that failed because of the provider. Default 0.5. */
  readonly failureRate: number
  /** Fewer observations than this decide nothing. Default 4. */
  readonly samples: number
  /** A provider that failed is not asked again for this long, while there are others. Default 30,000. */
  readonly restMs: Millis
  /** A new flow waits this long for a provider. Default 15,000. */
  readonly waitMs: Millis
}

export type SwitchReason = 'first' | 'slow' | 'failing' | 'ended' | 'unreachable' | 'path'

export type ConnectionEvent =
  | { readonly type: 'searching'; readonly reason: SwitchReason }
  | { readonly type: 'asking'; readonly offer: Offer; readonly score: number; readonly reasons: readonly Reason[] }
  | { readonly type: 'refused'; readonly offer: Offer; readonly code: string; readonly message: string }
  | { readonly type: 'online'; readonly offer: Offer; readonly sid: SessionId; readonly timeToGrantMs: Millis }
  | { readonly type: 'first-byte'; readonly sid: SessionId; readonly timeToServiceMs: Millis }
  | { readonly type: 'session'; readonly sid: SessionId; readonly event: SessionEvent }
  | { readonly type: 'offline'; readonly code: string; readonly message: string }

export interface SessionRecord {
  readonly sid: SessionId
  readonly offer: string
  readonly provider: Did
  readonly providerName: string
  readonly hops: number
  readonly reason: CloseReason
  readonly rounds: number
  readonly bytesUp: Bytes
  readonly bytesDown: Bytes
  readonly asset: string
  readonly paid: Amount
  readonly timeToGrantMs: Millis
  /** Request sent → first proxied byte; `undefined` if none came. */
  readonly timeToServiceMs: Millis | undefined
}

export interface ConnectionSummary {
  readonly sessions: readonly SessionRecord[]
  readonly rounds: number
  readonly bytesUp: Bytes
  readonly bytesDown: Bytes
  /** By asset. */
  readonly paid: Readonly<Record<string, Amount>>
  /** Of the first session. */
  readonly timeToServiceMs: Millis | undefined
  readonly switches: number
  /** A promise was not made because of the budget, and nothing was bought from then on; absent otherwise. */
  readonly endedBy?: 'BUDGET_SPENT'
}
