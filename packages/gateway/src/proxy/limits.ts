import type { Millis } from '@conet/core/units'

/** What one gateway allows before it says no: nobody's flows may take the place of everybody's. */
export interface ProxyLimits {
  readonly flowsPerSession: number
  readonly flows: number
  /** Connections that have not yet shown credentials; beyond, the oldest of them is hung up on. */
  readonly strangers: number
  /** From the first byte of a connection, or of a further request on it, to the end of the request's head. */
  readonly handshakeMs: Millis
  /** For resolving and connecting together. */
  readonly connectMs: Millis
  /** A flow without a byte either way; a flow that the quota holds back is not idle. */
  readonly idleMs: Millis
  /** The same once one side has ended its direction. */
  readonly halfOpenIdleMs: Millis
  /** Between two requests on one connection. */
  readonly keepAliveMs: Millis
}

/** Browsers open about 6 flows per site and up to 256 in all (Chromium); 1,024 leaves room for a household behind one session. */
export const DEFAULT_LIMITS: ProxyLimits = {
  flowsPerSession: 1_024,
  flows: 16_384,
  strangers: 1_024,
  handshakeMs: 10_000,
  connectMs: 10_000,
  idleMs: 600_000,
  halfOpenIdleMs: 60_000,
  keepAliveMs: 30_000,
}
