import type { ErrorData } from '../errors/index.js'
import type { Amount, Bytes, Hash, Millis, UnixMillis } from '../units/index.js'
import type { RoundCode } from './codes.js'
import type { Ack, CloseReason, Count, GrantPayload, Seal, StatementPayload, VoucherPayload } from './types.js'

/** When a stored voucher goes to the ledger; closing always settles. */
export interface SettlePolicy {
  /** Each round, as in the white paper. */
  readonly everyRound?: boolean
  /** As soon as this much is unsettled. */
  readonly aboveAmount?: Amount
  /** As soon as the oldest unsettled promise is this old. */
  readonly afterMs?: Millis
}

export interface ProviderConfig {
  readonly grant: GrantPayload
  /** Unpaid limit this client has earned, at least `terms.maxUnpaid`; see `nextCredit`. */
  readonly credit: Amount
  /** Escrow named by the request; vouchers must repeat it. */
  readonly escrow?: string
  readonly settle: SettlePolicy
  /** Signs as the provider. */
  readonly seal: Seal
  /** Left out: every voucher comes checked. */
  readonly defer?: Deferral | undefined
}

/** How signatures of vouchers are checked later than they come (RND-15). */
export interface Deferral {
  /** At latest every so many vouchers; 1 checks all. */
  readonly every: number
  /** 32 bits nobody else knows: decides which vouchers are checked. */
  readonly secret: number
  /** Whether the client signed this voucher. Passed in; always the same answer for the same text. */
  readonly authentic: (text: string) => boolean
}

/** A statement that was sent and may still be paid. */
export interface OpenStatement {
  readonly payload: StatementPayload
  readonly text: string
  readonly hash: Hash
}

/** A voucher the provider holds, with what its statement said. */
export interface HeldVoucher {
  readonly round: number
  readonly owed: Amount
  readonly bytes: Bytes
  readonly elapsedMs: Millis
  readonly text: string
  readonly hash: Hash
  /** Its signature is good; `false`: not looked at yet, so it counts as unpaid (RND-15). */
  readonly checked: boolean
  /** It was stored as checked. */
  readonly marked: boolean
}

/** `serving` → `cutting` (the gateway is being closed) → `final` (last statement under way) → `ended`. */
export type ProviderPhase = 'serving' | 'cutting' | 'final' | 'ended'

export interface ProviderState {
  readonly config: ProviderConfig
  readonly phase: ProviderPhase
  /** Number of the newest statement, 0 before the first. */
  readonly round: number
  /** Statements above the highest stored voucher, oldest first. */
  readonly open: readonly OpenStatement[]
  /** Accepted vouchers whose storing is not confirmed yet. */
  readonly storing: readonly HeldVoucher[]
  /** The highest voucher that is stored durably: access rests on it alone. */
  readonly stored: HeldVoucher | undefined
  /** The highest stored voucher whose signature was checked: only this counts as paid, and only this is settled. */
  readonly verified: HeldVoucher | undefined
  /** Vouchers checked so far, and rounds paid by them. */
  readonly checks: number
  readonly checkedAt: UnixMillis
  readonly checkedRounds: number
  /** The voucher that makes this zero is checked. */
  readonly untilCheck: number
  /** State of the secret choice. */
  readonly draw: number
  readonly paidRounds: number
  readonly credit: Amount
  /** What the client was promised: the end of the trial after the paid time. */
  readonly accessUntil: UnixMillis
  /** The gateway lets bytes through until then, and up to `quota`: the end of the paid time until the next trial begins. */
  readonly gatewayUntil: UnixMillis
  readonly quota: Bytes
  /** More than this cannot have passed, nor pass now: a quota that fell may have been used before it fell. */
  readonly ceiling: Bytes
  /** When the quota fell last: a count must be as much younger as counts may be old, to tell what had passed by then. */
  readonly fellAt: UnixMillis
  /** Last count seen. */
  readonly meter: Count
  readonly resendAt: UnixMillis
  /** Highest amount that was handed over for settlement. */
  readonly settling: Amount
  readonly unsettledSince: UnixMillis | undefined
  readonly storeFailed: boolean
  readonly reason: CloseReason | undefined
  /** End of the present phase, while stopping. */
  readonly phaseUntil: UnixMillis | undefined
  readonly closeText: string | undefined
}

/** The next state while it is made: one copy a step, so that ten thousand sessions do not leave ten copies behind each round. */
export type ProviderDraft = { -readonly [Name in keyof ProviderState]: ProviderState[Name] }

/** Everything that can happen to a provider's session. Messages are parsed and their signatures checked before. */
export type ProviderEvent =
  /** Time passed: feed one when `nextDeadline` says so; also harmless at any other time. */
  | { readonly type: 'time'; readonly meter: Count }
  /** `checked: false`: the signature was not looked at; only if `mayPostpone` allows it. */
  | {
      readonly type: 'voucher'
      readonly voucher: VoucherPayload
      readonly text: string
      readonly hash: Hash
      readonly checked?: boolean
    }
  /** The client sent something forged: what it sent before is looked at now. */
  | { readonly type: 'suspect'; readonly meter: Count }
  /** The voucher with this hash is on disk. */
  | { readonly type: 'stored'; readonly hash: Hash }
  | { readonly type: 'store-failed'; readonly hash: Hash }
  /** From the gateway. */
  | { readonly type: 'half' | 'quota' | 'expired' | 'lost'; readonly meter: Count }
  /** A control line was opened (again): whatever is open is sent again. */
  | { readonly type: 'attached' }
  | { readonly type: 'close'; readonly reason: CloseReason; readonly text: string; readonly meter: Count }
  /** The owner, the policy or the node ends the session. */
  | { readonly type: 'stop'; readonly reason: CloseReason; readonly meter: Count }
  /** The gateway is closed for this session; `meter` is the final count. */
  | { readonly type: 'cut'; readonly meter: Count }

/** What the driver must do, in this order. */
export type ProviderEffect =
  | {
      readonly type: 'send'
      readonly kind: 'statement'
      readonly text: string
      readonly hash: Hash
      readonly statement: StatementPayload
    }
  | { readonly type: 'send'; readonly kind: 'close'; readonly text: string; readonly reason: CloseReason }
  /** Store durably, then feed `stored` (or `store-failed`) with this hash. */
  | {
      readonly type: 'store'
      readonly text: string
      readonly hash: Hash
      readonly round: number
      readonly owed: Amount
      /** Its signature is good; otherwise store it marked, beside the last checked one. */
      readonly checked: boolean
    }
  /** A stored voucher's signature is good: it may be settled. Unless `marked`, store it as checked first. */
  | {
      readonly type: 'checked'
      readonly text: string
      readonly owed: Amount
      readonly round: number
      readonly marked: boolean
    }
  /** The stored voucher that was not checked is forged: forget it. */
  | { readonly type: 'dropped' }
  | { readonly type: 'extend'; readonly until: UnixMillis; readonly quota: Bytes }
  | { readonly type: 'ack'; readonly ack: Ack }
  | { readonly type: 'refuse'; readonly code: RoundCode; readonly data: ErrorData }
  /** Bring this voucher to the ledger; `owed` is cumulative. */
  | { readonly type: 'settle'; readonly text: string; readonly owed: Amount; readonly cause: SettleCause }
  /** Close the session in the gateway at once, then feed `cut` with its final count. */
  | { readonly type: 'cut'; readonly reason: CloseReason }
  /** Keep for a dispute: both signed counts. */
  | { readonly type: 'evidence'; readonly reason: CloseReason; readonly texts: readonly string[] }
  | { readonly type: 'finished'; readonly summary: ProviderSummary }

export type SettleCause = 'round' | 'value' | 'age' | 'close'

export interface ProviderSummary {
  readonly reason: CloseReason
  /** Statements sent and rounds paid. */
  readonly rounds: number
  readonly paidRounds: number
  readonly bytesUp: Bytes
  readonly bytesDown: Bytes
  /** Price of everything that was used and billed. */
  readonly owed: Amount
  /** Highest promise held. */
  readonly promised: Amount
  /** Unpaid limit the client has now: keep it for its next session. */
  readonly credit: Amount
}

export interface ProviderStep {
  readonly state: ProviderState
  readonly effects: readonly ProviderEffect[]
}
