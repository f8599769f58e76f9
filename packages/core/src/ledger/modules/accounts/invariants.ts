import type { Invariant } from '../../module.js'
import type { Store } from '../../store.js'
import { accounts, assets, debts, holds } from './state.js'

/** Per asset: the sum of balances and holds is the supply. */
export const conservation: Invariant = store => {
  const sums = sumBy(
    accounts.list(store),
    id => assetOf(id),
    account => account.balance + account.held,
  )
  for (const [id, asset] of assets.list(store)) {
    const sum = sums.get(id) ?? 0n
    if (sum !== asset.supply) return `${id}: supply is ${asset.supply}, accounts hold ${sum}`
    sums.delete(id)
  }
  for (const [id, sum] of sums) return `${id}: ${sum} held of an asset nobody defined`
  return undefined
}

/** No account, hold or debt is below zero. */
export const notNegative: Invariant = store => {
  for (const [id, account] of accounts.list(store)) {
    if (account.balance < 0n || account.held < 0n || account.debt < 0n) return id
  }
  for (const [id, entry] of holds.list(store)) if (entry.amount <= 0n) return id
  for (const [id, entry] of debts.list(store)) if (entry.amount <= 0n) return id
  return undefined
}

/** Each account's `held` is the sum of its holds. */
export const holdsSum: Invariant = store =>
  differs(
    store,
    'held',
    sumBy(
      holds.list(store),
      (_, entry) => `${entry.owner}/${entry.asset}`,
      entry => entry.amount,
    ),
  )

/** Each account's `debt` is the sum of its debts. */
export const debtsSum: Invariant = store =>
  differs(
    store,
    'debt',
    sumBy(
      debts.list(store),
      id => id.slice(0, id.lastIndexOf('/')),
      entry => entry.amount,
    ),
  )

function differs(store: Store, member: 'held' | 'debt', sums: Map<string, bigint>): string | undefined {
  for (const [id, account] of accounts.list(store)) {
    const sum = sums.get(id) ?? 0n
    if (account[member] !== sum) return `${id}: ${member} is ${account[member]}, its entries sum to ${sum}`
    sums.delete(id)
  }
  for (const [id, sum] of sums) return `${id}: entries of ${sum} without an account`
  return undefined
}

function sumBy<T>(
  entries: Iterable<readonly [string, T]>,
  group: (id: string, entry: T) => string,
  amount: (entry: T) => bigint,
): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const [id, entry] of entries) {
    const name = group(id, entry)
    sums.set(name, (sums.get(name) ?? 0n) + amount(entry))
  }
  return sums
}

function assetOf(id: string): string {
  return id.slice(id.indexOf('/') + 1)
}
