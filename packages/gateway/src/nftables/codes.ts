import type { Codes } from '@conet/core/errors'

/** What goes wrong between the node, the helper and the kernel. */
export const NFTABLES_CODES = {
  /** A setting of the rules is outside its range (`data.path`). */
  RULESET_INVALID: 'reject',
  /** The program `nft` is not installed. */
  NFT_MISSING: 'reject',
  /** A run of `nft` ended early or did not end in time: it was killed, and whether it happened is not known (`data.why`). */
  NFT_LOST: 'retry',
  /** The kernel did not take the rules or an element (`data.why`). */
  KERNEL_REFUSED: 'reject',
  /** The helper lacks CAP_NET_ADMIN. */
  NOT_PERMITTED: 'reject',
  /** No helper answers on its socket. */
  HELPER_UNREACHABLE: 'retry',
  /** Another node holds the helper. */
  HELPER_BUSY: 'retry',
  /** The helper refused a request: malformed, too long, or of another version (`data.why`). */
  REQUEST_MALFORMED: 'reject',
  /** More sessions than the sets can hold. */
  SESSIONS_FULL: 'retry',
  /** The session has no client address: the node must bind sessions to addresses. */
  CLIENT_ADDRESS_MISSING: 'reject',
  /** No device on the guests' link has that address: it came from elsewhere, or through another router. */
  CLIENT_NOT_ON_LINK: 'reject',
  /** The kernel tracks as many connections as it can: new flows of everybody would be dropped (`data.count`, `data.max`). */
  CONNTRACK_FULL: 'retry',
} as const satisfies Codes

export type NftablesCode = keyof typeof NFTABLES_CODES
