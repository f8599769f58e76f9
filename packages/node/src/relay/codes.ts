import type { Codes } from '@conet/core/errors'

/** Why a relay does not start or carry. */
export const RELAY_CODES = {
  /** What clients pay does not cover what the upstream costs; `data` says which part. */
  RELAY_LOSS: 'reject',
  /** Sold in another asset than bought: nothing to compare. */
  RELAY_ASSET: 'reject',
  /** The upstream node has no offer that can be used. */
  UPSTREAM_NO_OFFER: 'retry',
  RELAY_STOPPED: 'reject',
} as const satisfies Codes

export type RelayCode = keyof typeof RELAY_CODES
