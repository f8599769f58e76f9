import { type Rejection, reject } from '../../../errors/index.js'
import type { Amount } from '../../../units/index.js'
import type { Account } from './state.js'

/** Why an owner cannot spend an amount, or `undefined` if it can. */
export function cannotSpend(account: Account, amount: Amount): Rejection<'DEBT_OPEN' | 'BALANCE_SHORT'> | undefined {
  if (account.debt > 0n) return reject('DEBT_OPEN', { debt: account.debt })
  if (account.balance < amount) return reject('BALANCE_SHORT', { available: account.balance, amount })
  return undefined
}
