import { InvariantError } from '../../../errors/index.js'
import type { Amount, Did } from '../../../units/index.js'
import { schedule } from '../../due.js'
import type { Store } from '../../store.js'
import type { BlockContext, LedgerEvent } from '../../types.js'
import { accountAt, putAccount } from './money.js'
import { accountsParams } from './params.js'
import { accountKey, debtId, debts, withBalance } from './state.js'

/** Money on its way to an owner. */
interface Income {
  readonly owner: Did
  readonly amount: Amount
}

/**
 * Pays an amount to an owner. An owner with debts pays them with it and with what rests in its balance, oldest first; the
 * creditors' own debts are served the same way. At most `repayPerStep` debts are served at once: what is left rests in
 * the balance, cannot be spent while a debt is open, and goes on to the creditors in the next block if this step paid a
 * debt off, else with the owner's next income. So owners who owe each other in a ring cannot keep the ledger busy (LED-65).
 *
 * @returns one `accounts/repaid` event per debt served
 */
export function credit(store: Store, asset: string, owner: Did, amount: Amount, block: BlockContext): LedgerEvent[] {
  if (amount === 0n) return []
  const key = accountKey(asset, owner)
  const account = accountAt(store, key)
  if (account.debt > 0n) return creditDebtor(store, asset, { owner, amount }, block)
  putAccount(store, key, withBalance(account, account.balance + amount))
  return []
}

function creditDebtor(store: Store, asset: string, income: Income, block: BlockContext): LedgerEvent[] {
  const events: LedgerEvent[] = []
  const most = accountsParams.read(store).repayPerStep
  const resting = new Set<Did>()
  let paidOff = 0
  const incomes: Income[] = [income]
  for (let next = incomes.pop(); next !== undefined; next = incomes.pop()) {
    const { owner } = next
    const key = accountKey(asset, owner)
    const account = accountAt(store, key)
    const whole = account.balance + next.amount
    if (account.debt === 0n || events.length >= most) {
      putAccount(store, key, withBalance(account, whole))
      if (account.debt > 0n) resting.add(owner)
      continue
    }
    putAccount(store, key, withBalance(account, 0n))
    const paid = payOldest(store, asset, { owner, amount: whole })
    if (paid.off) paidOff++
    if (whole > paid.amount) incomes.push({ owner, amount: whole - paid.amount })
    incomes.push({ owner: paid.creditor, amount: paid.amount })
    const { creditor } = paid
    events.push({ type: 'accounts/repaid', asset, debtor: owner, creditor, amount: paid.amount.toString() })
  }
  // Each further step is paid for by a debt that is gone: their number, and so the work, is bounded by what was signed.
  if (paidOff > 0) for (const one of resting) schedule(store, block.timeMs, 'accounts/repay', `${asset}/${one}`)
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
  putAccount(store, key, withBalance(account, 0n))
  return credit(store, asset, owner, account.balance, block)
}

/** What one debt took of an income. */
interface Repaid {
  readonly creditor: Did
  readonly amount: Amount
  /** The debt is gone. */
  readonly off: boolean
}

function payOldest(store: Store, asset: string, { owner, amount }: Income): Repaid {
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
  return { creditor: debt.creditor, amount: paid, off: whole }
}
