import type { Codes } from '@conet/core/errors'

/** What the portal itself refuses; everything under `/v1` answers with the node's own codes. */
export const PORTAL_CODES = {
  /** The device is not on this link: nobody knows its hardware address. */
  CLIENT_UNKNOWN: 'reject',
  /** A session is asked for without a token: load the page first. */
  TOKEN_MISSING: 'retry',
  /** Not made by this portal. */
  TOKEN_FORGED: 'punish',
  TOKEN_EXPIRED: 'retry',
  /** A session was opened with it, or is being opened. */
  TOKEN_USED: 'reject',
  /** Made for another device, or this device changed its address. */
  TOKEN_FOREIGN: 'reject',
  /** The path is not for guests. */
  NOT_FOUND: 'reject',
  /** The page of another site asks: only the portal's own page may. */
  SITE_FOREIGN: 'punish',
  /** Log in at the portal first (RFC 6585 section 6). */
  LOGIN_NEEDED: 'retry',
} as const satisfies Codes

export type PortalCode = keyof typeof PORTAL_CODES
