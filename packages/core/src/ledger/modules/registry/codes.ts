import type { Codes } from '../../../errors/index.js'

/** Codes of the registry. */
export const REGISTRY_CODES = {
  PAYLOAD_MALFORMED: 'reject',
  /** Latitude, longitude or radius missing, fractional or off the globe. */
  AREA_MALFORMED: 'reject',
  /** Not an http or https address with a host. */
  URL_MALFORMED: 'reject',
  /** The service type is unknown or refuses the terms; `data.why` is its code. */
  TERMS_REFUSED: 'reject',
  NETWORK_EXISTS: 'reject',
  NETWORK_UNKNOWN: 'reject',
  OFFER_UNKNOWN: 'reject',
  REQUEST_UNKNOWN: 'reject',
  /** Signed by another than the one who published it. */
  NOT_OWNER: 'reject',
  /** Made for another version than the current one; look again and retry. */
  VERSION_STALE: 'retry',
  /** `expiresAt` is not after the block's time. */
  EXPIRY_PAST: 'reject',
  /** `expiresAt` is further ahead than announcements may live. */
  LIFE_TOO_LONG: 'reject',
  /** This owner has as many offers as one may have. */
  OFFERS_FULL: 'reject',
  REQUESTS_FULL: 'reject',
} as const satisfies Codes

export type RegistryCode = keyof typeof REGISTRY_CODES
