import type { Amount, Bytes, Hash, Millis, UnixMillis } from '../units/index.js'
import type { Dispute } from './codes.js'
import type { Ack, CloseReason, Count, GrantPayload, Seal, StatementPayload, VoucherPayload } from './types.js'

export interface ClientConfig {
  readonly grant: GrantPayload
  /** Own clock when the request left: never later than the provider's start, so own time is never behind (RND-6). */
  readonly requestedAt: UnixMillis
  readonly escrow?: string
  /** Asked before each promise with the session's cost and what it grows by; `false` stops the session in its place (RND-13). */
  readonly mayPay?: (owed: Amount, added: Amount) => boolean
  /** Signs as the client. */
  readonly seal: Seal
}

/** The client's own count, and how much the provider may honestly be ahead of it (RND-6). */
export interface OwnCount extends Count {
  /** Data under way: what the provider has sent and this side has not read yet. */
  readonly inFlight: Bytes
}

/** The highest promise made. */
export interface Promised {
  readonly statement: StatementPayload
  readonly statementHash: Hash
  readonly statementText: string
  readonly voucher: VoucherPayload
  readonly text: string
}

/** A statement above the own count: bytes may still be arriving, so it is looked at again until `decideBy`. */
export interface Doubtful {
  readonly statement: StatementPayload
  readonly hash: Hash
  readonly text: string
  readonly decideBy: UnixMillis
}

/** `online` → `closing` (last statement and last word under way) → `ended`. */
export type ClientPhase = 'online' | 'closing' | 'ended'

export interface ClientState {
  readonly config: ClientConfig
  readonly phase: ClientPhase
  readonly promised: Promised | undefined
  readonly doubtful: Doubtful | undefined
  readonly paidRounds: number
  readonly meter: OwnCount
  /** Last confirmation of the provider. */
  readonly ack: Ack | undefined
  readonly dispute: Dispute | undefined
  readonly reason: CloseReason | undefined
  readonly closeText: string | undefined
  readonly closingUntil: UnixMillis | undefined
  readonly resendAt: UnixMillis
}

/** Everything that can happen to a client's session. Messages are parsed and their signatures checked before. */
export type ClientEvent =
  | { readonly type: 'time'; readonly meter: OwnCount }
  | {
      readonly type: 'statement'
      readonly statement: StatementPayload
      readonly text: string
      readonly hash: Hash
      readonly meter: OwnCount
    }
  | { readonly type: 'ack'; readonly ack: Ack }
  /** An error frame of the provider. */
  | { readonly type: 'refused'; readonly code: string }
  /** The provider's last word. */
  | { readonly type: 'close'; readonly reason: CloseReason }
  /** A control line was opened (again). */
  | { readonly type: 'attached' }
  /** The user is done. */
  | { readonly type: 'stop' }

export type ClientEffect =
  | { readonly type: 'send'; readonly kind: 'voucher'; readonly text: string; readonly voucher: VoucherPayload }
  | { readonly type: 'send'; readonly kind: 'close'; readonly text: string; readonly reason: CloseReason }
  /** A new promise was made; `added` is what this round cost. */
  | {
      readonly type: 'paid'
      readonly round: number
      readonly owed: Amount
      readonly added: Amount
      readonly elapsedMs: Millis
    }
  /** Keep for a dispute: the provider's signed count and the own one. */
  | {
      readonly type: 'evidence'
      readonly dispute: Dispute
      readonly statement: string
      readonly promised: string | undefined
      readonly own: OwnCount
    }
  | { readonly type: 'finished'; readonly summary: ClientSummary }

export interface ClientSummary {
  readonly reason: CloseReason
  readonly dispute: Dispute | undefined
  readonly rounds: number
  readonly bytesUp: Bytes
  readonly bytesDown: Bytes
  /** Highest promise: all that this session can ever cost. */
  readonly paid: Amount
}

export interface ClientStep {
  readonly state: ClientState
  readonly effects: readonly ClientEffect[]
}
