import type { Codes, Verdict } from '../errors/index.js'

/**
 * Every way an envelope can fail before its meaning is looked at. `punish` is kept for what an honest program can
 * never send by accident or bad luck; a clock that is off or a repeated message is not a crime.
 */
export const WIRE_CODES = {
  /** Not three base64url parts, not the JSON or UTF-8 it must be; `data.part` and `data.why` say where. */
  ENVELOPE_MALFORMED: 'reject',
  /** Longer than its kind may be. */
  ENVELOPE_TOO_LARGE: 'reject',
  /** Not EdDSA. */
  ALG_REFUSED: 'reject',
  /** A `typ` outside the closed list, or not the one expected here. */
  KIND_REFUSED: 'reject',
  /** `kid` is not a DID URL with a fragment. */
  KID_MALFORMED: 'reject',
  /** The payload does not have the shape of its kind; `data.path` says where. */
  PAYLOAD_MALFORMED: 'reject',
  /** Made for another ledger. */
  LEDGER_WRONG: 'reject',
  SIGNATURE_INVALID: 'punish',
  EXPIRED: 'reject',
  /** `exp` is further ahead than the kind allows. */
  EXP_TOO_FAR: 'reject',
  /** `iat` lies in the future by more than the skew. */
  NOT_YET_VALID: 'retry',
  /** The same message was seen before and has not expired. */
  REPLAYED: 'ignore',
  /** Too many unexpired messages are remembered; try again when some have expired. */
  WINDOW_FULL: 'retry',
} as const satisfies Codes

export type WireCode = keyof typeof WIRE_CODES

/** Verdict of a wire code. */
export function wireVerdict(code: WireCode): Verdict {
  return WIRE_CODES[code]
}
