import type { Codes } from '@conet/core/errors'

/** What the API itself refuses; everything else comes from the room that was asked. */
export const API_CODES = {
  NOT_FOUND: 'reject',
  /** `data.path` names the member of the request that is wrong. */
  REQUEST_INVALID: 'reject',
  BODY_MALFORMED: 'reject',
  /** `data.limit`, in bytes. */
  BODY_TOO_LARGE: 'reject',
  MEDIA_TYPE: 'reject',
  /** The admin token is missing or wrong. */
  ADMIN_TOKEN: 'punish',
  /** Admin paths answer on this machine only. */
  ADMIN_REMOTE: 'reject',
  /** The Host header names none of ours: somebody else's name points here. */
  HOST_REFUSED: 'reject',
  /** This path speaks WebSocket only. */
  UPGRADE_REQUIRED: 'reject',
  /** Too many requests from this address; `data.retryAfterMs`. */
  RATE_LIMITED: 'retry',
  /** More connections than the node takes; `data.limit`. */
  CROWDED: 'retry',
  /** More block streams than the node serves; `data.limit`, `data.perAddress`. */
  STREAMS_FULL: 'retry',
  /** The DID names nobody on this ledger. */
  DID_UNKNOWN: 'reject',
  /** The key of a transfer stands for another one. */
  TRANSFER_KEY: 'reject',
  INTERNAL: 'retry',
} as const satisfies Codes

export type ApiCode = keyof typeof API_CODES
