import { Type } from '@sinclair/typebox'
import { Amount, Details, Did, Hash, Moment, orNull, pageOf } from './basics.js'

const Balance = Type.Object({ asset: Type.String(), balance: Amount, held: Amount, debt: Amount })

/** What an owner has of each asset. */
export const AccountAnswer = Type.Object({ did: Did, balances: Type.Array(Balance) })

/** Movements of one account. */
export const HistoryAnswer = pageOf(
  Type.Object({
    id: Type.String(),
    timeMs: Moment,
    height: Type.Integer(),
    type: Type.String({ description: 'what moved it, such as transfer or settled' }),
    direction: Type.Union([Type.Literal('in'), Type.Literal('out')]),
    asset: Type.String(),
    amount: Amount,
    counterparty: orNull(Did),
    hash: orNull(Hash),
  }),
)

/** What the ledger said to a transaction: `OK`, or the code of its refusal. */
export const TxAnswer = Type.Object({
  hash: Hash,
  code: Type.String({ description: 'OK, or why the ledger refused' }),
  data: Details,
  height: Type.Integer(),
})
/** The same of a transaction that stands in a block. */
export const TransactionAnswer = Type.Object({ ...TxAnswer.properties, timeMs: Moment })
