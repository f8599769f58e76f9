import type { Codes } from '@conet/core/errors'

/** Closed set of codes the client raises itself; codes of a node pass through unchanged. */
export const CLIENT_CODES = {
  /** No answer at all: wrong address, node down, network gone. */
  NODE_UNREACHABLE: 'retry',
  /** No answer in time. */
  TIMEOUT: 'retry',
  /** An answer that is not what the API promises. */
  ANSWER_MALFORMED: 'reject',
  /** No offer fits, or none of them answers. */
  NO_OFFER: 'retry',
  /** The grant is not signed by the provider, or not what was asked for. */
  GRANT_INVALID: 'punish',
  /** The provider's DID or key cannot be resolved. */
  PROVIDER_UNKNOWN: 'reject',
  /** No session carries flows now. */
  OFFLINE: 'retry',
  /** The connection's budget is spent. */
  BUDGET_SPENT: 'reject',
  /** A peer's head is too long or no HTTP. */
  HEAD_MALFORMED: 'reject',
  /** The gateway could not be reached or refused the session. */
  GATEWAY_UNREACHABLE: 'retry',
  GATEWAY_REFUSED: 'retry',
  /** The local port is taken or may not be used. */
  LISTEN_FAILED: 'retry',
  KEYSTORE_MISSING: 'reject',
  KEYSTORE_EXISTS: 'reject',
  KEYSTORE_FORM: 'reject',
  /** Others may read the key file. */
  KEYSTORE_PERMISSIONS: 'reject',
  PASSPHRASE_MISSING: 'reject',
  PASSPHRASE_WRONG: 'reject',
  AMOUNT_INVALID: 'reject',
} as const satisfies Codes

export type ClientCode = keyof typeof CLIENT_CODES
