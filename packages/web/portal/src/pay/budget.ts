import type { Amount, UnixMillis } from '@conet/core/units'
import { freeze, thaw } from './frozen.js'

const HOUR_MS = 3_600_000

/** What the user allows, in micro-credits. */
export interface Limits {
  readonly perRound: Amount
  readonly perHour: Amount
}

/** One payment. */
interface Spent {
  readonly at: UnixMillis
  readonly added: Amount
}

/** Where spending of the last hour is remembered, so that loading the page again does not begin a new hour. */
export interface BudgetStore {
  read(): string | null
  write(text: string): void
}

/** The user's limits, and what the last hour cost. A promise above either is never made. */
export class Budget {
  readonly limits: Limits
  readonly #store: BudgetStore
  readonly #now: () => UnixMillis
  #spent: readonly Spent[]
  #last: Amount = 0n

  constructor(limits: Limits, store: BudgetStore, now: () => UnixMillis) {
    this.limits = limits
    this.#store = store
    this.#now = now
    this.#spent = readSpent(store.read())
  }

  /** Micro-credits of the last sixty minutes. */
  get lastHour(): Amount {
    const since = this.#now() - HOUR_MS
    return this.#spent.reduce((sum, { at, added }) => (at > since ? sum + added : sum), 0n)
  }

  mayPay(added: Amount): boolean {
    return added <= 0n || (added <= this.limits.perRound && this.lastHour + added <= this.limits.perHour)
  }

  book(added: Amount): void {
    const now = this.#now()
    this.#last = added
    this.#spent = [...this.#spent.filter(({ at }) => at > now - HOUR_MS), { at: now, added }]
    this.#store.write(freeze(this.#spent))
  }

  /** Whether another round like the last one would pass the hour's limit: time to stop cleanly. */
  get used(): boolean {
    return this.lastHour + this.#last > this.limits.perHour
  }
}

function readSpent(text: string | null): readonly Spent[] {
  const value = thaw(text)
  if (!Array.isArray(value)) return []
  return value.filter((one: Partial<Spent> | null) => Number.isFinite(one?.at) && typeof one?.added === 'bigint')
}
