import { InvariantError } from '../../../errors/index.js'
import type { Amount, Did } from '../../../units/index.js'
import type { Store } from '../../store.js'
import type { BlockContext, LedgerEvent } from '../../types.js'
import { credit } from './credit.js'
import {
  type Account,
  accountCodec,
  accountKey,
  assets,
  debtId,
  debts,
  holds,
  NO_ACCOUNT,
  withBalance,
} from './state.js'

/** The account of an owner; all zero if there is none. */
export function accountOf(store: Store, asset: string, owner: Did): Account {
  return accountAt(store, accountKey(asset, owner))
}

/** The account under a key of `accountKey`. */
export function accountAt(store: Store, key: string): Account {
  return store.get(key, accountCodec) ?? NO_ACCOUNT
}

/** Writes the account under a key of `accountKey`; an empty one leaves no record. */
export function putAccount(store: Store, key: string, account: Account): void {
  const { balance, held, debt } = account
  if (balance < 0n || held < 0n || debt < 0n) {
    throw new InvariantError('accounts/not-negative', `${key} would hold a negative amount`)
  }
  store.set(key, balance === 0n && held === 0n && debt === 0n ? undefined : account, accountCodec)
}

/** What the owner can spend now: nothing while a debt is open. */
export function spendable(account: Account): Amount {
  return account.debt === 0n ? account.balance : 0n
}

export function assetExists(store: Store, asset: string): boolean {
  return assets.get(store, asset) !== undefined
}

/** Takes from the free balance; the caller checked `spendable` and pays the amount on in the same transition. */
export function drawFree(store: Store, asset: string, owner: Did, amount: Amount): void {
  const key = accountKey(asset, owner)
  const account = accountAt(store, key)
  putAccount(store, key, withBalance(account, account.balance - amount))
}

/** Sets part of the free balance aside under a new id; the caller checked `spendable`. */
export function hold(store: Store, id: string, asset: string, owner: Did, amount: Amount): void {
  if (holds.get(store, id) !== undefined) throw new InvariantError('accounts/hold-once', `${id} is held already`)
  const key = accountKey(asset, owner)
  const account = accountAt(store, key)
  const { balance, held } = account
  putAccount(store, key, { ...account, balance: balance - amount, held: held + amount })
  holds.put(store, id, { asset, owner, amount })
}

/** Amount under a hold; zero for an unknown id. */
export function heldAmount(store: Store, id: string): Amount {
  return holds.get(store, id)?.amount ?? 0n
}

/** Takes from a hold; the caller checked `heldAmount` and pays the amount on in the same transition. */
export function drawHeld(store: Store, id: string, amount: Amount): void {
  const entry = holds.get(store, id)
  if (entry === undefined || amount > entry.amount) throw new InvariantError('accounts/hold-covers', `${id} holds less`)
  const { asset, owner } = entry
  const key = accountKey(asset, owner)
  const account = accountAt(store, key)
  putAccount(store, key, { ...account, held: account.held - amount })
  if (amount === entry.amount) holds.delete(store, id)
  else holds.put(store, id, { ...entry, amount: entry.amount - amount })
}

/**
 * Ends a hold: what is left returns to its owner, debts first.
 *
 * @returns the amount returned, and the events of debts it paid
 */
export function release(store: Store, id: string, block: BlockContext): { amount: Amount; events: LedgerEvent[] } {
  const entry = holds.get(store, id)
  if (entry === undefined) return { amount: 0n, events: [] }
  const { asset, owner, amount } = entry
  drawHeld(store, id, amount)
  return { amount, events: credit(store, asset, owner, amount, block) }
}

/** Records a new debt, the youngest of the debtor; the caller checked that the sum stays within MAX_AMOUNT. */
export function owe(store: Store, asset: string, debtor: Did, creditor: Did, amount: Amount): void {
  const key = accountKey(asset, debtor)
  const account = accountAt(store, key)
  debts.put(store, debtId(asset, debtor, account.debtNext), { creditor, amount })
  putAccount(store, key, { ...account, debt: account.debt + amount, debtNext: account.debtNext + 1 })
}
