import type { Result } from '@conet/core/errors'
import type { CloseReason, SessionId } from '@conet/core/rounds'
import type { AccessTerms } from '@conet/core/services/access'
import type { Amount, Bytes, Did, Hash, UnixMillis } from '@conet/core/units'
import type { ProviderCode } from './codes.js'

/** A two-way line of text frames that the API layer opened for one session (a WebSocket, subprotocol `conet.rounds.1` or `.2`). */
export interface RoundsChannel {
  /** Whether the client reads statements that were signed together (WIRE-11). */
  readonly together: boolean
  /** Sends one text frame, or two in one packet; silently does nothing once closed. */
  send(text: string, also?: string): void
  /** `code` is a WebSocket close code (1000, 1008, 4000–4999), `reason` a short ASCII text. */
  close(code: number, reason: string): void
  /** Called once by the provider. */
  listen(listener: RoundsListener): void
}

/** The provider's end of a line: one object and no closure, for ten thousand of them live at once. */
export interface RoundsListener {
  /** A text frame came. */
  heard(text: string): void
  /** The line is gone, whoever closed it; told once. */
  gone(): void
}

/** Where a request came from, as the API layer saw it. */
export interface RequestOrigin {
  /** IP address of the peer's socket, without port. */
  readonly remoteAddress: string
}

/** What the owner's policy is asked before a stranger is let in. All signatures are already checked. */
export interface AdmissionContext {
  readonly client: Did
  readonly offer: string
  readonly offerVersion: number
  readonly terms: AccessTerms
  readonly remoteAddress: string
  readonly device: string | undefined
  /** Sessions now open at this provider. */
  readonly openSessions: number
  readonly at: UnixMillis
}

/** Bounds the owner's policy puts on one session. */
export interface AdmissionBounds {
  /** No round begins after this moment (end of the owner's hours). */
  readonly untilMs?: UnixMillis | undefined
  /** The session ends once it carried this much (rest of the day's bytes). */
  readonly bytesLeft?: Bytes | undefined
  /** Bytes both ways in a second; the gateway holds flows back beyond. */
  readonly bytesPerSecond?: number | undefined
}

/** The owner's policy (deny list, hours, limits): answers at once, from memory. The code of a refusal goes out in `data.policy`. */
export type Admit = (context: AdmissionContext) => Result<AdmissionBounds>

/** One offer of this provider as sold now; `undefined` from the port means unknown, withdrawn or expired. */
export interface OfferOnSale {
  readonly id: string
  readonly version: number
  readonly terms: AccessTerms
  /** No new session once false (paused by the owner); running ones are served to their end. */
  readonly active: boolean
}

/** Where a session stands: `trial` unpaid yet, `paid` inside paid time, `held` flows held back at the quota, `closed` over. */
export type SessionPhase = 'trial' | 'paid' | 'held' | 'closed'

/** One session as the console sees it. */
export interface SessionView {
  readonly sid: SessionId
  readonly client: Did
  readonly offer: string
  readonly offerVersion: number
  readonly asset: string
  readonly phase: SessionPhase
  readonly openedAt: UnixMillis
  readonly closedAt: UnixMillis | undefined
  readonly reason: CloseReason | undefined
  /** Number of the statement that is open or was paid last; 0 before the first. */
  readonly round: number
  /** Rounds paid with a voucher that is stored durably. */
  readonly roundsPaid: number
  readonly bytesUp: Bytes
  readonly bytesDown: Bytes
  /** Cumulative amount of the newest statement. */
  readonly owed: Amount
  /** Cumulative amount of the highest stored voucher. */
  readonly promised: Amount
  /** Cumulative amount the ledger has settled. */
  readonly settled: Amount
  readonly paidUntil: UnixMillis
  readonly accessUntil: UnixMillis
  readonly remoteAddress: string
}

export interface SessionQuery {
  readonly state?: 'live' | 'closed' | undefined
  /** `next` of the page before. */
  readonly cursor?: string | undefined
  /** 1..100, default 50. */
  readonly limit?: number | undefined
}

export interface SessionPage {
  readonly items: readonly SessionView[]
  readonly next: string | undefined
}

/** What happened, for the console, metrics and log. Amounts are micro-credits. */
export type ProviderEvent =
  | {
      readonly type: 'granted'
      readonly sid: SessionId
      readonly client: Did
      readonly offer: string
      readonly at: UnixMillis
      readonly accessUntil: UnixMillis
    }
  /** A request was turned away. */
  | { readonly type: 'refused'; readonly code: string; readonly client: Did | undefined; readonly at: UnixMillis }
  | {
      readonly type: 'statement'
      readonly sid: SessionId
      readonly round: number
      readonly owed: Amount
      readonly bytes: Bytes
      readonly due: UnixMillis
      /** End of the round it bills: the same as before if volume brought it about. */
      readonly paidUntil: UnixMillis
      readonly at: UnixMillis
    }
  /** A voucher is stored durably; `amount` is what it added. */
  | {
      readonly type: 'voucher'
      readonly sid: SessionId
      readonly round: number
      readonly owed: Amount
      readonly amount: Amount
      readonly at: UnixMillis
    }
  | {
      readonly type: 'extended'
      readonly sid: SessionId
      readonly round: number
      readonly until: UnixMillis
      readonly quota: Bytes
      readonly at: UnixMillis
    }
  /** The unpaid volume limit is reached: flows wait until the open statement is paid. */
  | { readonly type: 'held'; readonly sid: SessionId; readonly bytes: Bytes; readonly at: UnixMillis }
  /** The session is over; nothing passes any more. */
  | {
      readonly type: 'cut'
      readonly sid: SessionId
      readonly reason: CloseReason
      readonly owed: Amount
      readonly promised: Amount
      readonly at: UnixMillis
    }
  /** The ledger took a voucher; `amount` is what this settlement moved, `owed` the cumulative amount. */
  | {
      readonly type: 'settled'
      readonly sid: SessionId
      readonly owed: Amount
      readonly amount: Amount
      readonly tx: Hash
      readonly at: UnixMillis
    }
  /** A settlement failed and is tried again (`retry`), or never can succeed (`final`). */
  | {
      readonly type: 'unsettled'
      readonly sid: SessionId
      readonly code: string
      readonly final: boolean
      readonly at: UnixMillis
    }
  /** The client's count and ours differ beyond the tolerance; both signed counts are kept. */
  | { readonly type: 'disputed'; readonly sid: SessionId; readonly at: UnixMillis }
  /** A voucher was refused; the session goes on until its time is over. */
  | { readonly type: 'voucherRefused'; readonly sid: SessionId; readonly code: string; readonly at: UnixMillis }

/** Totals since the start, for metrics and the relay's accounting. */
export interface ProviderTotals {
  readonly liveSessions: number
  readonly grants: number
  readonly refusals: number
  readonly statements: number
  readonly vouchers: number
  /** Vouchers that came after the trial's end. */
  readonly lateVouchers: number
  readonly cuts: number
  readonly disputes: number
  /** Sum of what stored vouchers promised since the start, by asset. */
  readonly promised: Readonly<Record<string, Amount>>
  /** Sum of what was settled since the start, by asset. */
  readonly settled: Readonly<Record<string, Amount>>
  /** Largest amount that could be lost right now if every client stopped paying. */
  readonly exposure: Amount
}

/** The outcome of a voucher that was taken. */
export interface VoucherAck {
  readonly round: number
  readonly paidUntil: UnixMillis
  readonly accessUntil: UnixMillis
}

/**
 * The provider's side of every session of one node: admission, statements, vouchers, cuts, settlement.
 * The API layer mounts it over HTTP and WebSocket; nothing here opens a port.
 */
export interface ProviderService {
  /** Settles what an earlier run left open, then takes requests. */
  start(): Promise<void>
  /** Closes every session (`PROVIDER_DONE`), settles what can be settled within `graceMs`, resolves when all is durable. */
  stop(graceMs?: number): Promise<void>
  /**
   * Service before contract: checks a signed request against the local view only, opens the gateway, returns the signed grant.
   * The same text again returns the same grant while the session is open.
   */
  request(text: string, from: RequestOrigin): Promise<Result<{ grant: string; sid: SessionId }, ProviderCode>>
  /**
   * Takes over a line for a session. Nothing is sent on it until its first frame proves the client: the request's text or
   * a voucher for a statement still open. A newer line replaces an older one.
   */
  attach(sid: SessionId, channel: RoundsChannel): Result<true, ProviderCode>
  /** A voucher by HTTP; resolves after it is durable and access is extended. */
  voucher(sid: SessionId, text: string): Promise<Result<VoucherAck, ProviderCode>>
  /** The open (unpaid) statement's envelope, if there is one. */
  statement(sid: SessionId): Result<{ statement: string | undefined }, ProviderCode>
  /** A `conet-close+jwt` signed by the client; resolves after the gateway is closed. */
  close(sid: SessionId, text: string): Promise<Result<{ close: string }, ProviderCode>>
  /** Ends a session from this side, e.g. because policy now denies the client. */
  end(sid: SessionId, reason: CloseReason): Promise<void>
  /** The owner's policy has changed: sessions it no longer admits end with their paid time (`DENIED`). */
  recheck(): void
  /** The ledger shows that the client closed its session there: what is promised settles at once, and the session ends. */
  closedOnLedger(client: Did, sid: SessionId): void
  /** The ledger shows that the client's money went elsewhere: no round is begun on promises beyond what is left. */
  spentOnLedger(client: Did): void
  list(query?: SessionQuery): SessionPage
  get(sid: SessionId): SessionView | undefined
  totals(): ProviderTotals
  /** @returns a function that removes the listener. A listener must not throw. */
  onEvent(listener: (event: ProviderEvent) => void): () => void
}
