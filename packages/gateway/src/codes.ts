import type { Codes } from '@conet/core/errors'

/** What any gateway throws at its caller, the node. */
export const GATEWAY_CODES = {
  /** `open` for a session that is open or expired and not yet closed. */
  SESSION_EXISTS: 'reject',
  /** No such session was opened here, or it was closed long ago. */
  SESSION_UNKNOWN: 'reject',
  /** `extend` after the data plane has cut the session: its credentials are dead, a new session is needed. */
  SESSION_EXPIRED: 'reject',
  GATEWAY_STOPPED: 'retry',
  /** The port is taken or may not be used. */
  LISTEN_FAILED: 'retry',
  /** A rule of the owner's egress policy cannot be read. */
  EGRESS_RULE: 'reject',
} as const satisfies Codes

export type GatewayCode = keyof typeof GATEWAY_CODES
