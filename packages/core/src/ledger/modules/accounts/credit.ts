import { InvariantError } from '../../../errors/index.js'
import type { Amount, Did } from '../../../units/index.js'
import { schedule } from '../../due.js'
import type { Store } from '../../store.js'
import type { BlockContext, LedgerEvent } from '../../types.js'
import { accountAt, putAccount } from './money.js'
import { accountsParams } from './params.js'
import { accountKey, debtId, debts } from './state.js'

/** Money on its way to an owner. */
interface Income {
  readonly owner: Did
  readonly amount: Amount
}

/**
 * Pays an amount to an owner. An owner with debts pays them with it, oldest first; the creditors' own debts are served the
 * same way. At most `repayPerStep` debts are served at once: what is left rests in the balance, cannot be spent while a
 * debt is open, and goes on to the creditors in the next block (LED-65).
 *
 * @returns one `accounts/repaid` event per debt served
 */
export function credit(store: Store, asset: string, owner: Did, amount: Amount, block: BlockContext): LedgerEvent[] {
  const events: LedgerEvent[] = []
  if (amount === 0n) return events
  const incomes: Income[] = [{ owner, amount }]
  for (let income = incomes.pop(); income !== undefined; income = incomes.pop()) {
    const key = accountKey(asset, income.owner)
    const account = accountAt(store, key)
    if (account.debt === 0n) {
      putAccount(store, key, { ...account, balance: account.balance + income.amount })
    } else if (events.length >= accountsParams.read(store).repayPerStep) {
      putAccount(store, key, { ...account, balance: account.balance + income.amount })
      schedule(store, block.timeMs, 'accounts/repay', `${asset}/${income.owner}`)
    } else {
      const paid = payOldest(store, asset, income)
      const rest = income.amount - paid.amount
      if (rest > 0n) incomes.push({ owner: income.owner, amount: rest })
      incomes.push({ owner: paid.creditor, amount: paid.amount })
      const { creditor } = paid
      events.push({ type: 'accounts/repaid', asset, debtor: income.owner, creditor, amount: paid.amount.toString() })
    }
  }
  return events
}

/** Goes on where `credit` stopped: the balance of an owner who still has debts. */
export function repay(store: Store, id: string, block: BlockContext): readonly LedgerEvent[] {
  const slash = id.indexOf('/')
  const asset = id.slice(0, slash)
  const owner = id.slice(slash + 1)
  const key = accountKey(asset, owner)
  const account = accountAt(store, key)
  if (account.debt === 0n || account.balance === 0n) return []
  putAccount(store, key, { ...account, balance: 0n })
  return credit(store, asset, owner, account.balance, block)
}

function payOldest(store: Store, asset: string, { owner, amount }: Income): { creditor: Did; amount: Amount } {
  const key = accountKey(asset, owner)
  const account = accountAt(store, key)
  const id = debtId(asset, owner, account.debtFrom)
  const debt = debts.get(store, id)
  if (debt === undefined) throw new InvariantError('accounts/debts-sum', `${owner} owes ${asset} but ${id} is missing`)
  const paid = amount < debt.amount ? amount : debt.amount
  const whole = paid === debt.amount
  if (whole) debts.delete(store, id)
  else debts.put(store, id, { ...debt, amount: debt.amount - paid })
  const debtFrom = account.debtFrom + (whole ? 1 : 0)
  putAccount(store, key, { ...account, debt: account.debt - paid, debtFrom })
  return { creditor: debt.creditor, amount: paid }
}
