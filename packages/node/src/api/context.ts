import type { Result } from '@conet/core/errors'
import type { TxResult } from '@conet/core/ledger'
import type { AccessPoint } from '@conet/core/rounds'
import type { Did, UnixMillis } from '@conet/core/units'
import type { Engine } from '@conet/engines'
import type { Deposit } from '@conet/gateway/radius'
import type { EventHub, SessionBoard, SessionView } from '../events/index.js'
import type { Logger } from '../log/index.js'
import type { Metrics } from '../metrics/index.js'
import type { Order } from '../owner/index.js'
import type { Policy } from '../policy/index.js'
import type { ProviderService } from '../provider/contract.js'
import type { ReadModel } from '../readmodel/index.js'

/** Result of a resolution in the form of W3C DID Resolution. */
export interface Resolution {
  readonly didDocument: object | null
  readonly didResolutionMetadata: Readonly<Record<string, unknown>>
  readonly didDocumentMetadata: Readonly<Record<string, unknown>>
}

/** Where requests are left for stations that join by RADIUS. */
export interface RadiusDesk {
  deposit(request: string, remoteAddress: string): Promise<Result<Deposit>>
  /** Name in the certificate that stations are shown. */
  readonly serverName: string | undefined
  /** Its SHA-256, lower-case hex. */
  readonly certificateSha256: string | undefined
}

/** Everything that endpoints may ask; made once by `node.ts`, and by tests from fakes. */
export interface ApiContext {
  readonly did: Did
  readonly name: string
  readonly networkType: string
  readonly version: string
  readonly gateways: readonly Pick<AccessPoint, 'host' | 'port' | 'protocols'>[]
  readonly engine: Engine
  readonly readModel: ReadModel
  readonly provider: ProviderService
  readonly board: SessionBoard
  /** Open sessions in which this node is the client (a relay's); left out if it has none. */
  readonly upstream?: (() => readonly SessionView[]) | undefined
  readonly hub: EventHub
  readonly metrics: Metrics
  readonly log: Logger
  readonly policy: { get(): Policy; put(input: unknown): Policy }
  readonly wallet: {
    /** Signs and submits a transfer from this node's own account; the same key again pays once. */
    transfer(order: Order, key: string | undefined): Promise<TxResult>
  }
  /** @param query - of the DID URL: `versionId=…`, `versionTime=…`, may be empty */
  resolve(did: Did, query: string): Promise<Resolution>
  /** `undefined` on a node without access points. */
  readonly radius?: RadiusDesk | undefined
  /** What has to be well for the node to serve, each with its state. */
  health(): { readonly ready: boolean; readonly checks: Readonly<Record<string, string>> }
  now(): UnixMillis
  /** Aborts when the node stops: ends event streams. */
  readonly stopping: AbortSignal
}
