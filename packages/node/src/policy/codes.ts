import type { Codes } from '@conet/core/errors'

/** Why the owner's policy keeps a client out, or why a policy was refused. */
export const POLICY_CODES = {
  /** The owner has switched sharing off. */
  POLICY_OFF: 'retry',
  /** The offer is not among those shared now. */
  POLICY_OFFER: 'reject',
  /** The client is on the deny list. */
  POLICY_DENIED: 'reject',
  /** There is an allow list and the client is not on it. */
  POLICY_NOT_ALLOWED: 'reject',
  /** Outside the owner's hours; `data.opensInMinutes` says when to come back. */
  POLICY_HOURS: 'retry',
  /** As many sessions as the owner wants run already. */
  POLICY_FULL: 'retry',
  /** The day's bytes are used up. */
  POLICY_DAY_USED: 'retry',
  /** The policy given is not of the right form, or its prices are none that an offer can have. */
  POLICY_INVALID: 'reject',
  /** The stored policy cannot be read or written. */
  POLICY_STORAGE: 'retry',
} as const satisfies Codes

export type PolicyCode = keyof typeof POLICY_CODES
