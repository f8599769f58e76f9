import type { AccessTerms } from '../services/access/types.js'
import type { Amount, Bytes, Did, Hash, Millis, UnixMillis } from '../units/index.js'
import type { Kind } from '../wire/index.js'

/** Hex of the first 16 bytes of SHA-256 over the request's signing input: neither side can choose it freely. */
export type SessionId = string

/** `conet-request+jwt`: signed by the client. */
export interface RequestPayload {
  readonly lid: string
  readonly offer: string
  readonly offerVersion: number
  /** DID of the provider the client means; a relay cannot pass the request on. */
  readonly provider: Did
  readonly iat: UnixMillis
  readonly exp: UnixMillis
  readonly nonce: string
  /** Hash of a device credential, if the client shows one: trials are also counted per device. */
  readonly device?: string
  /** Id of an escrow the client locked on the ledger for this provider. */
  readonly escrow?: string
  /** Relays that carry the session, with what each wants of every payment (CAR-5). */
  readonly via?: AccessTerms['shares']
}

/** Where and how the client's bytes go in; issued by the gateway. */
export interface AccessPoint {
  readonly host: string
  readonly port: number
  /** `direct`: the device itself is let through, by its own address; there is nothing to connect to and nothing to log in to. */
  readonly protocols: readonly ('http' | 'socks5' | 'direct')[]
  readonly username: string
  readonly password: string
}

/** `conet-grant+jwt`: signed by the provider. */
export interface GrantPayload {
  readonly lid: string
  readonly sid: SessionId
  readonly offer: string
  readonly offerVersion: number
  readonly client: Did
  readonly provider: Did
  readonly terms: AccessTerms
  readonly access: AccessPoint
  /** Path on the provider's node of the WebSocket that carries statements and vouchers. */
  readonly control: string
  /** Provider's clock at the grant: round 1 begins here. */
  readonly at: UnixMillis
  /** The data plane refuses bytes after this moment unless it is extended: end of the first trial. */
  readonly accessUntil: UnixMillis
}

/** `conet-statement+jwt`: signed by the provider; cumulative. */
export interface StatementPayload {
  readonly lid: string
  readonly sid: SessionId
  readonly client: Did
  readonly provider: Did
  /** 1, 2, 3 …; a statement due to volume has its own number too. */
  readonly round: number
  readonly bytesUp: Bytes
  readonly bytesDown: Bytes
  /** Time billed from the grant to the end of this round. */
  readonly elapsedMs: Millis
  /** Cumulative amount due for everything up to the end of this round. */
  readonly owed: Amount
  /** Provider's clock. */
  readonly at: UnixMillis
  /** End of the paid time once this statement is paid. */
  readonly paidUntil: UnixMillis
  /** A voucher must have arrived by then. */
  readonly due: UnixMillis
  /** Access is cut already: the last statement, no further time is billed (RND-10). Left out otherwise. */
  readonly final?: true
}

/** `conet-voucher+jwt`: signed by the client; cumulative; also a ledger transaction by itself (a settlement). */
export interface VoucherPayload {
  readonly lid: string
  readonly sid: SessionId
  readonly client: Did
  readonly provider: Did
  readonly asset: string
  readonly round: number
  /** Cumulative promise. */
  readonly owed: Amount
  /** The client's own count at the time: evidence. */
  readonly bytes: Bytes
  /** Hash of the statement it answers: binds both counts. */
  readonly statement: Hash
  /** Repeated from the terms so that the ledger can split without knowing the offer. */
  readonly shares: AccessTerms['shares']
  /** Escrow to draw on first, if any. */
  readonly escrow?: string
}

/** `conet-close+jwt`: signed by either side. */
export interface ClosePayload {
  readonly lid: string
  readonly sid: SessionId
  readonly client: Did
  readonly provider: Did
  readonly reason: CloseReason
  readonly at: UnixMillis
}

export const CLOSE_REASONS = [
  'CLIENT_DONE',
  'PROVIDER_DONE',
  'NOT_PAID',
  'METER_DISPUTE',
  'CREDIT_EXHAUSTED',
  'OFFER_WITHDRAWN',
  'DENIED',
  'GATEWAY_LOST',
  'FAULT',
  'VOUCHER_FORGED',
] as const
export type CloseReason = (typeof CLOSE_REASONS)[number]

/**
 * Signs a payload as an envelope; deterministic (Ed25519), so that signing again gives the same text. Passed in. The machines do not
 * look into a text: a driver may leave the signature of a statement to the moment at which it sends it (WIRE-11).
 */
export type Seal = (kind: Kind, payload: object) => Sealed

export interface Sealed {
  /** The envelope's text. */
  readonly text: string
  /** Hash of its signing input. */
  readonly hash: Hash
}

/** Bytes both ways since the grant, as one side counts them. */
export interface Count {
  readonly bytesUp: Bytes
  readonly bytesDown: Bytes
}

/** Plain JSON frame with which the provider confirms a stored voucher. */
export interface Ack {
  readonly round: number
  readonly paidUntil: UnixMillis
  readonly accessUntil: UnixMillis
}
