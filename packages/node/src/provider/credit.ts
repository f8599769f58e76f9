import type { AccessTerms } from '@conet/core/services/access'
import type { Amount, Did } from '@conet/core/units'
import type { Change, KeyValueStore } from '../storage/index.js'

const PREFIX = 'k/'

/** Unpaid limits that clients earned in earlier sessions, kept per client and asset (RND-12). */
export class CreditBook {
  readonly #store: KeyValueStore

  constructor(store: KeyValueStore) {
    this.#store = store
  }

  /** What the client earned; `undefined` for a stranger. */
  earned(client: Did, asset: string): Amount | undefined {
    const text = this.#store.get(`${PREFIX}${asset}/${client}`)
    return text === undefined ? undefined : BigInt(text)
  }

  /** Keeps what a session ended with; `undefined` begins again from nothing (the client did not pay). */
  keep(client: Did, asset: string, credit: Amount | undefined): Change {
    return [`${PREFIX}${asset}/${client}`, credit?.toString()]
  }
}

/**
 * Limit of a new session: what was earned, between the offer's bounds. A client in debt begins as a stranger does.
 *
 * @param earned - from the book, `undefined` for strangers
 */
export function startCredit(terms: AccessTerms, earned: Amount | undefined, debt: Amount): Amount {
  if (earned === undefined || debt > 0n || earned < terms.maxUnpaid) return terms.maxUnpaid
  return earned < terms.maxUnpaidCap ? earned : terms.maxUnpaidCap
}
