import type { Codes } from '../errors/index.js'

/** Why a public key is refused (IDN-1). */
export const KEY_CODES = {
  /** Not 32 bytes. */
  KEY_LENGTH: 'reject',
  /** The y coordinate is not below 2^255 - 19, or the sign of x = 0 is set. */
  KEY_NON_CANONICAL: 'reject',
  KEY_NOT_ON_CURVE: 'reject',
  /** One of the eight points that verify many messages at once. */
  KEY_SMALL_ORDER: 'reject',
} as const satisfies Codes
export type KeyCode = keyof typeof KEY_CODES

/** Why a signature's form is refused before any arithmetic (IDN-3). */
export const SIGNATURE_CODES = {
  SIGNATURE_LENGTH: 'reject',
  /** S is not below the group order: the same signature in a second form. */
  SIGNATURE_S_RANGE: 'reject',
  /** The y coordinate of R is not below 2^255 - 19. */
  SIGNATURE_R_NON_CANONICAL: 'reject',
} as const satisfies Codes
export type SignatureCode = keyof typeof SIGNATURE_CODES

/** Why a DID or one of its operations is refused. */
export const DID_CODES = {
  DID_MALFORMED: 'reject',
  /** A method other than `key` and `conet`. */
  DID_METHOD_UNKNOWN: 'reject',
  DID_UNKNOWN: 'reject',
  DID_EXISTS: 'ignore',
  DID_DEACTIVATED: 'reject',
  /** The operation was made for another version than the current one; look again and retry. */
  VERSION_STALE: 'retry',
  /** Signed neither by the DID itself nor by its controller. */
  NOT_CONTROLLER: 'reject',
  /** Signed with a key that is not among the keys it introduces. */
  NOT_KEY_HOLDER: 'reject',
  /** The same key, commitment or service id twice. */
  KEY_REPEATED: 'reject',
  SERVICE_REPEATED: 'reject',
  /** A revealed key whose hash was not committed to by the version before. */
  KEY_NOT_COMMITTED: 'punish',
  KEY_UNKNOWN: 'reject',
  /** Revoking the last key would leave nobody: rotate or deactivate. */
  LAST_KEY: 'reject',
  KEY_REFUSED: 'reject',
} as const satisfies Codes
export type DidCode = keyof typeof DID_CODES
