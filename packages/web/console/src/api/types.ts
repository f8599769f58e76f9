/**
 * What the console expects from the node's HTTP API, member by member.
 *
 * Amounts (micro-credits), byte counts and anything above 2^53 are decimal strings; moments are milliseconds since the
 * Unix epoch by the node's clock; durations are milliseconds. `null` means "does not apply", a missing optional member
 * means "this node does not report it" and the console says so.
 */
import type { Balance } from '@conet/client/api'

/** What a device asks of a node too. */
export type {
  Balance as BalanceView,
  HistoryEntry,
  NodeView,
  OfferView,
  Page,
  TxAnswer as TransferResult,
} from '@conet/client/api'

export type Amount = string
export type ByteCount = string
export type UnixMillis = number
export type Did = string

/** Error body of every path. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly data?: Readonly<Record<string, unknown>> }
}

/** `trial`: served, not yet paid. `due`: statement sent, voucher awaited. `paid`: voucher stored. `cut`: not paid in time, access ended. */
export type RoundState = 'trial' | 'due' | 'paid' | 'cut'

export interface RoundView {
  /** 1, 2, 3 … */
  readonly round: number
  /** `volume`: stated early because half of the free quota was used; it ends with the same period as the `time` round around it. */
  readonly kind: 'time' | 'volume'
  readonly state: RoundState
  /** Round 1: the grant. Later: `endsAt` of the round before; a `volume` round: when it was stated. */
  readonly startedAt: UnixMillis
  /** End of the trial: a voucher must have arrived by then (`due` of the statement). */
  readonly trialUntil: UnixMillis
  /**
   * End of the round: `paidUntil` of its statement, so not the end of access, which is one trial later. Before the first
   * statement: startedAt + trialMs + restMs of the terms. A `volume` round ends with the `time` round around it. From
   * `endsAt` on the page shows the trial of the next round by itself, until `accessUntil`.
   */
  readonly endsAt: UnixMillis
  /** Price of this round alone; `"0"` while not yet stated. */
  readonly amount: Amount
  /** When the voucher was stored, `null` if it was not. */
  readonly paidAt: UnixMillis | null
}

/** `GET /v1/sessions?state=live|closed&cursor=&limit=` (admin) → `Page<SessionView>`, newest first. `GET /v1/sessions/:sid` → the same. */
export interface SessionView {
  readonly sid: string
  /** What this node is in the session. */
  readonly role: 'provider' | 'client'
  readonly state: 'live' | 'closed'
  readonly peer: Did
  readonly peerName: string | null
  readonly offer: string
  readonly offerName: string | null
  readonly asset: string
  readonly openedAt: UnixMillis
  readonly closedAt: UnixMillis | null
  /** A CloseReason of core/rounds; `null` while live. */
  readonly reason: string | null
  readonly bytesUp: ByteCount
  readonly bytesDown: ByteCount
  /** Cumulative: stated, promised by voucher, settled on the ledger. */
  readonly owed: Amount
  readonly paid: Amount
  readonly settled: Amount
  /** The data plane refuses bytes after this moment. */
  readonly accessUntil: UnixMillis
  /** Count of paid rounds since the grant. */
  readonly roundsPaid: number
  /** The last 12 rounds at most, oldest first; the last one is the current one. */
  readonly rounds: readonly RoundView[]
}

/** `GET /v1/accounts/:did` (open). */
export interface AccountView {
  readonly did: Did
  readonly balances: readonly Balance[]
}

/** `GET /v1/wallet` (admin). */
export interface WalletView extends AccountView {
  /** Since local midnight of the node: vouchers received as provider, vouchers given as client. */
  readonly today?: { readonly since: UnixMillis; readonly earned: Amount; readonly spent: Amount }
}

/** `POST /v1/wallet/transfer` (admin). A refusal by the ledger is an answer with its code, or an `ErrorBody`: both are understood. */
export interface TransferRequest {
  readonly to: Did
  readonly asset: string
  readonly amount: Amount
  /** One for each transfer: asked again with the same key, it is paid once. */
  readonly key?: string
}

export interface LedgerEvent {
  readonly type: string
  readonly [field: string]: unknown
}

/** `GET /v1/ledger/blocks?from=&limit=` (open) → `{items: CommittedBlock[]}` ascending from `from`; `GET /v1/ledger/blocks/:height` → one. */
export interface CommittedBlock {
  readonly height: number
  readonly timeMs: UnixMillis
  /** Compact JWS texts in order. */
  readonly txs: readonly string[]
  readonly result: {
    readonly appHash: string
    readonly results: readonly {
      readonly hash: string
      readonly code: string
      readonly data: Readonly<Record<string, unknown>>
      readonly events: readonly LedgerEvent[]
    }[]
    readonly scheduled: readonly LedgerEvent[]
  }
}

/**
 * `GET /v1/events` (admin, `text/event-stream`): the SSE `event:` field is `type`, `data:` is the JSON of `data`.
 *
 * The stream needs no ids: after a reconnect the console reads everything again. A comment line at least every 15 s keeps
 * it alive. `session` is sent when a session opens, closes or changes otherwise; `round` when a round starts or changes
 * state; `meter` at most once a second with the live sessions whose counts changed.
 */
export type NodeEvent =
  | { readonly type: 'session'; readonly data: SessionView }
  | { readonly type: 'round'; readonly data: RoundEvent }
  | { readonly type: 'meter'; readonly data: MeterEvent }
  | { readonly type: 'block'; readonly data: BlockEvent }
  | { readonly type: 'offers'; readonly data: { readonly id: string } }
  | { readonly type: 'balance'; readonly data: Balance }

export interface RoundEvent {
  readonly sid: string
  readonly round: RoundView
  readonly owed: Amount
  readonly paid: Amount
  readonly accessUntil: UnixMillis
}

export interface MeterEvent {
  readonly at: UnixMillis
  readonly sessions: readonly { readonly sid: string; readonly bytesUp: ByteCount; readonly bytesDown: ByteCount }[]
}

export interface BlockEvent {
  readonly height: number
  readonly timeMs: UnixMillis
  readonly txs: number
  readonly appHash: string
}
