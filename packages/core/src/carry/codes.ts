import type { Verdict } from '../errors/index.js'

/** Why a relay or an exit does not carry, with what the other side should do. */
export const CARRY_CODES = {
  /** The first line of a leg is no carry request. */
  CARRY_MALFORMED: 'punish',
  /** Signed by another key than the terminal's, or for another exit. */
  CARRY_FORGED: 'punish',
  CARRY_EXPIRED: 'reject',
  /** The same request came before. */
  CARRY_REPLAYED: 'punish',
  /** This node is not on the path that the request names. */
  CARRY_NOT_MINE: 'reject',
  /** More relays than this relay allows on one path. */
  CARRY_HOPS: 'reject',
  /** The relay's owner does not carry for this terminal. */
  CARRY_DENIED: 'reject',
  CARRY_BATTERY: 'retry',
  CARRY_DATA_CAP: 'retry',
  CARRY_HOURS: 'retry',
  CARRY_BUSY: 'retry',
  /** The next hop of the path does not answer. */
  CARRY_NEXT_DOWN: 'retry',
  /** Bytes were carried beyond the limit without a voucher that pays this relay. */
  CARRY_UNPAID: 'reject',
  /** A frame of unknown type or impossible length. */
  FRAME_MALFORMED: 'punish',
  /** The channel ended: the other side closed it, or no leg came back in time. */
  CHANNEL_CLOSED: 'reject',
  /** No path leads to the exit now. */
  NO_PATH: 'retry',
} as const satisfies Record<string, Verdict>

export type CarryCode = keyof typeof CARRY_CODES

/** What to do about a code of this room. */
export function carryVerdict(code: CarryCode): Verdict {
  return CARRY_CODES[code]
}
