import type { Codes } from '@conet/core/errors'
import { ROUND_CODES } from '@conet/core/rounds'
import { WIRE_CODES } from '@conet/core/wire'

/** Every reason for which the provider turns something away, besides those of `wire` and `rounds`. The codes are API. */
const OWN_CODES = {
  /** `iat` is ahead of the provider's clock, which stands in `data.now`: set the clock, or sign with the difference. */
  CLOCK_SKEW: 'retry',
  /** The key is unknown, revoked or refused. */
  KEY_UNKNOWN: 'reject',
  OFFER_UNKNOWN: 'reject',
  /** The offer has another version, in `data.version`: read it and ask again. */
  OFFER_CHANGED: 'reject',
  OFFER_PAUSED: 'retry',
  /** The owner's policy says no; its own code stands in `data.policy`. */
  DENIED: 'reject',
  /** This identity, device or address used up its unpaid trials; `data.retryAt` says when the next is free. */
  TRIALS_USED_UP: 'retry',
  /** Too many strangers at once, or too much unpaid or unsettled in total (`data.reason`). */
  BUSY: 'retry',
  /** Less money than the first round may cost: `data.needed`, `data.available`. */
  BALANCE_TOO_LOW: 'reject',
  /** No such escrow for this provider on the ledger, or it expires before a round is over. */
  ESCROW_UNKNOWN: 'reject',
  /** The relays of the path want more of the payment than the owner leaves them: `data.asked`, `data.most`. */
  RELAYS_TOO_DEAR: 'reject',
  SESSION_UNKNOWN: 'reject',
  /** The first frame of a line is neither the request nor a voucher for an open statement: it proves nothing. */
  NOT_ATTACHED: 'reject',
  DISK_FULL: 'retry',
  GATEWAY_FAILED: 'retry',
  NOT_RUNNING: 'retry',
} as const satisfies Codes

/** All codes the provider answers with, each with its verdict. */
export const PROVIDER_CODES = { ...WIRE_CODES, ...ROUND_CODES, ...OWN_CODES } as const satisfies Codes

export type ProviderCode = keyof typeof PROVIDER_CODES

/** What happened and what to do, for people. */
const MESSAGES: Partial<Record<ProviderCode, string>> = {
  SIGNATURE_INVALID: 'The signature does not fit the key: sign with the key that `kid` names.',
  LEDGER_WRONG: 'This was signed for another ledger: check which network the provider belongs to.',
  PROVIDER_WRONG: 'This request is meant for another provider: ask the one it names.',
  EXPIRED: 'The request has expired: sign a new one; `now` is the provider’s clock.',
  EXP_TOO_FAR: 'The request lives too long: let it expire within 10 minutes.',
  CLOCK_SKEW: 'Your clock is ahead of the provider’s (`now`): correct it and sign again.',
  REPLAYED: 'This request was used already: sign a new one with a fresh nonce.',
  KEY_UNKNOWN: 'The key is unknown, revoked or weak: use a current key of the identity.',
  OFFER_UNKNOWN: 'There is no such offer here now: look the offers up again.',
  OFFER_CHANGED: 'The offer has another version: read its terms and ask again.',
  OFFER_PAUSED: 'The owner takes no new sessions on this offer now: try later or elsewhere.',
  DENIED: 'The owner’s policy does not let this client in.',
  TRIALS_USED_UP: 'Too many unpaid trials: pay the first round, or wait until `retryAt`.',
  BUSY: 'The provider carries as much unpaid service as it dares: try again in a moment.',
  BALANCE_TOO_LOW: 'Not enough money for the first round: top up or lock an escrow.',
  ESCROW_UNKNOWN: 'The ledger shows no such escrow for this provider, or it expires too soon.',
  RELAYS_TOO_DEAR: 'The relays of this path want more than the owner leaves them: take another path.',
  SESSION_UNKNOWN: 'There is no such session.',
  SESSION_CLOSED: 'The session is over: ask for a new one.',
  NOT_ATTACHED: 'Send the request of this session, or a voucher for its open statement, as the first frame.',
  VOUCHER_BELOW: 'A higher voucher is stored already.',
  STATEMENT_UNKNOWN: 'The voucher answers no open statement of this session.',
  VOUCHER_MISMATCH: 'The voucher differs from statement or grant in `field`.',
  DISK_FULL: 'The voucher could not be stored: nothing was extended; send it again.',
  STORAGE_FAILED: 'The voucher could not be stored: nothing was extended; send it again.',
  GATEWAY_FAILED: 'The gateway could not be opened: try again or elsewhere.',
  NOT_RUNNING: 'The provider is starting or stopping: try again in a moment.',
}

/** One sentence for people about a code; `undefined` if it is none of the provider's or says it all itself. */
export function wordsFor(code: string): string | undefined {
  return Object.hasOwn(MESSAGES, code) ? MESSAGES[code as ProviderCode] : undefined
}

/** One sentence for people about a code. */
export function messageOf(code: ProviderCode): string {
  return wordsFor(code) ?? 'The message has not the form it must have.'
}
