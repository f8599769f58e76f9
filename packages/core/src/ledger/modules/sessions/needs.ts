import type { Amount, Did } from '../../../units/index.js'
import type { Store } from '../../store.js'
import type { BlockContext, LedgerEvent } from '../../types.js'

/** What sessions need of accounts. Draws must be paid on within the same transition. */
export interface Money {
  assetExists(store: Store, asset: string): boolean
  accountOf(store: Store, asset: string, owner: Did): { readonly balance: Amount; readonly debt: Amount }
  /** Free balance, zero while a debt is open. */
  spendable(account: { readonly balance: Amount; readonly debt: Amount }): Amount
  hold(store: Store, id: string, asset: string, owner: Did, amount: Amount): void
  heldAmount(store: Store, id: string): Amount
  drawHeld(store: Store, id: string, amount: Amount): void
  drawFree(store: Store, asset: string, owner: Did, amount: Amount): void
  credit(store: Store, asset: string, owner: Did, amount: Amount, block: BlockContext): readonly LedgerEvent[]
  owe(store: Store, asset: string, debtor: Did, creditor: Did, amount: Amount): void
  release(store: Store, id: string, block: BlockContext): { amount: Amount; events: readonly LedgerEvent[] }
}

export interface SessionsNeeds {
  readonly money: Money
}
