import type { Amount, Bytes, Did, Hash, UnixMillis } from '../../../units/index.js'
import { jsonCodec, textCodec } from '../../codec.js'
import { collection } from '../../store.js'

/** A session as the ledger knows it: from its first settlement on, and for good (an old voucher must find it). */
export interface Session {
  readonly provider: Did
  readonly asset: string
  /** Cumulative amount accounted for, as payment or as debt. */
  readonly settled: Amount
  /** Part of it that became debt. */
  readonly short: Amount
  /** Round of the highest voucher. */
  readonly round: number
  /** The client's count of bytes in that voucher. */
  readonly bytes: Bytes
  /** Hash of the statement which that voucher answers. */
  readonly statement: Hash
  readonly openedMs: UnixMillis
  /** No voucher is taken from then on; 0 while open. */
  readonly endMs: UnixMillis
}

/** Money that a client locked for one provider. The amount left is the hold's. */
export interface Escrow {
  readonly provider: Did
  readonly asset: string
  /** Returns to the client then, at the latest. */
  readonly releaseMs: UnixMillis
}

/** What a client has paid in one asset, over all sessions: the base of the credit ramp. */
export interface History {
  readonly sessions: number
  readonly rounds: number
  readonly settled: Amount
  /** Part that became debt at first, whether repaid since or not. */
  readonly short: Amount
}

/**
 * By `<client>/<sid>/<series>`: nobody can take another client's session id, and no client can take its own away from the
 * provider it promised to.
 */
export const sessions = collection<Session>('sessions/session/', {
  encode: s =>
    `{"provider":"${s.provider}","asset":"${s.asset}","settled":"${s.settled}","short":"${s.short}","round":${s.round},` +
    `"bytes":"${s.bytes}","statement":"${s.statement}","openedMs":${s.openedMs},"endMs":${s.endMs}}`,
  decode: text => {
    const plain = JSON.parse(text) as Omit<Session, 'settled' | 'short' | 'bytes'> &
      Record<'settled' | 'short' | 'bytes', string>
    return { ...plain, settled: BigInt(plain.settled), short: BigInt(plain.short), bytes: BigInt(plain.bytes) }
  },
})

/** By `<client>/<escrow id>`; a separate space from sessions. */
export const escrows = collection<Escrow>('sessions/escrow/', jsonCodec())

/** By `<provider>/<client>/<sid>/<series>`: a provider's sessions. */
export const byProvider = collection<string>('sessions/provider/', textCodec)

/** By `<asset>/<client>`. */
export const histories = collection<History>('sessions/history/', {
  encode: h => `{"sessions":${h.sessions},"rounds":${h.rounds},"settled":"${h.settled}","short":"${h.short}"}`,
  decode: text => {
    const plain = JSON.parse(text) as Record<'sessions' | 'rounds', number> & Record<'settled' | 'short', string>
    return { ...plain, settled: BigInt(plain.settled), short: BigInt(plain.short) }
  },
})

export const NO_HISTORY: History = { sessions: 0, rounds: 0, settled: 0n, short: 0n }

/** Key of one series of vouchers. */
export function sessionKey(client: Did, sid: string, series: string): string {
  return `${client}/${sid}/${series}`
}

/** Key part shared by the escrow and hold of one client. */
export function clientId(client: Did, id: string): string {
  return `${client}/${id}`
}

/** Id of the hold behind an escrow. */
export function holdId(client: Did, escrow: string): string {
  return `sessions/${client}/${escrow}`
}
