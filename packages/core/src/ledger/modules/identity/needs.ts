import type { Rejection } from '../../../errors/index.js'
import type { Amount, Did } from '../../../units/index.js'
import type { Store } from '../../store.js'
import type { BlockContext, LedgerEvent } from '../../types.js'

/** What identity needs of accounts: fees for what the ledger keeps for good. */
export interface Fees {
  cannotPayFee(store: Store, payer: Did, amount: Amount): Rejection | undefined
  payFee(store: Store, payer: Did, amount: Amount, block: BlockContext): readonly LedgerEvent[]
}

export interface IdentityNeeds {
  readonly fees: Fees
}
