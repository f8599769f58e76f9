import { type Codes, ConetError, type ErrorData, type Verdict } from '@conet/core/errors'

/** How one refusal is told: HTTP status, SOCKS5 reply (RFC 1928 section 6), and a sentence for the user. */
export interface Refusal {
  readonly verdict: Verdict
  readonly http: number
  readonly socks: number
  readonly message: string
}

const refusal = (verdict: Verdict, http: number, socks: number, message: string): Refusal => ({
  verdict,
  http,
  socks,
  message,
})

/** Everything the proxy may answer to a client other than service: a closed set. */
export const REFUSALS = {
  AUTH_MISSING: refusal('reject', 407, 1, 'This proxy needs the username and password of a session; ask for a grant.'),
  AUTH_UNKNOWN: refusal('reject', 407, 1, 'These credentials belong to no session here; ask for a new grant.'),
  SESSION_EXPIRED: refusal('reject', 407, 1, 'The paid time of this session is over; ask for a new grant.'),
  SESSION_CLOSED: refusal('reject', 407, 1, 'This session was closed; ask for a new grant.'),
  CLIENT_ADDRESS: refusal('reject', 407, 1, 'These credentials may only be used from the address they were given to.'),
  REQUEST_MALFORMED: refusal('reject', 400, 1, 'The request could not be read.'),
  TARGET_MALFORMED: refusal('reject', 400, 1, 'The target must be host:port, or an absolute http:// address.'),
  SCHEME_UNSUPPORTED: refusal('reject', 400, 1, 'Only http:// is forwarded; use CONNECT for everything else.'),
  HEADERS_TOO_LARGE: refusal('reject', 431, 1, 'The header of the request is too large.'),
  CODING_UNSUPPORTED: refusal('reject', 501, 1, 'Of the transfer codings only chunked is understood.'),
  HANDSHAKE_TIMEOUT: refusal('reject', 408, 1, 'The request did not arrive in time.'),
  COMMAND_UNSUPPORTED: refusal('reject', 405, 7, 'Only CONNECT is supported.'),
  ADDRESS_UNSUPPORTED: refusal('reject', 400, 8, 'The type of address is not supported.'),
  EGRESS_REFUSED: refusal('reject', 403, 2, "The owner's egress policy refuses this target."),
  TOO_MANY_FLOWS: refusal('retry', 429, 1, 'Too many flows are open; close some and try again.'),
  NAME_UNKNOWN: refusal('retry', 502, 4, "The target's name could not be resolved."),
  CONNECT_REFUSED: refusal('retry', 502, 5, 'The target refused the connection.'),
  HOST_UNREACHABLE: refusal('retry', 502, 4, 'The target could not be reached.'),
  NETWORK_UNREACHABLE: refusal('retry', 502, 3, "The target's network could not be reached."),
  CONNECT_TIMEOUT: refusal('retry', 504, 6, 'The target did not answer in time.'),
  UPLINK_DOWN: refusal('retry', 503, 3, 'This provider has no uplink at the moment.'),
  UPSTREAM_FAILED: refusal('retry', 502, 1, 'The target or the next relay broke off.'),
} as const satisfies Readonly<Record<string, Refusal>>

export type RefusalCode = keyof typeof REFUSALS

/** The codes with their verdicts, in the form every room uses. */
export const PROXY_CODES: Codes = Object.fromEntries(
  Object.entries(REFUSALS).map(([code, { verdict }]) => [code, verdict]),
)

/** Narrows text from another gateway to a code of the closed set. */
export function isRefusalCode(text: unknown): text is RefusalCode {
  return typeof text === 'string' && Object.hasOwn(REFUSALS, text)
}

/** Thrown by a `Dial` that could not or may not reach its target. */
export class DialError extends ConetError {
  override readonly code: RefusalCode

  constructor(code: RefusalCode, data: ErrorData = {}, cause?: unknown) {
    super(code, REFUSALS[code].message, { verdict: REFUSALS[code].verdict, data, cause })
    this.code = code
  }
}

const BY_ERRNO: Readonly<Record<string, RefusalCode>> = {
  ECONNREFUSED: 'CONNECT_REFUSED',
  EHOSTUNREACH: 'HOST_UNREACHABLE',
  EHOSTDOWN: 'HOST_UNREACHABLE',
  EADDRNOTAVAIL: 'NETWORK_UNREACHABLE',
  ENETUNREACH: 'NETWORK_UNREACHABLE',
  ENETDOWN: 'NETWORK_UNREACHABLE',
  ETIMEDOUT: 'CONNECT_TIMEOUT',
  ENOTFOUND: 'NAME_UNKNOWN',
  ENODATA: 'NAME_UNKNOWN',
}

/** Finds the code for whatever a dial threw; system errors by their errno, everything else `UPSTREAM_FAILED`. */
export function refusalOf(error: unknown): RefusalCode {
  if (error instanceof DialError) return error.code
  if (error instanceof AggregateError) return refusalOf(error.errors[0])
  const errno = error instanceof Error && 'code' in error ? String(error.code) : ''
  return BY_ERRNO[errno] ?? 'UPSTREAM_FAILED'
}
