import type { Amount, Did } from '../../../units/index.js'
import { type Codec, plainCodec } from '../../codec.js'
import { collection } from '../../store.js'

export interface Asset {
  readonly issuer: Did
  /** For display only: amounts are whole smallest units everywhere. */
  readonly decimals: number
  /** Sum of every balance and every hold. */
  readonly supply: Amount
}

/** What one owner has of one asset. */
export interface Account {
  readonly balance: Amount
  /** Sum of the owner's holds. */
  readonly held: Amount
  /** Sum of the owner's debts. */
  readonly debt: Amount
  /** Number of the oldest open debt. */
  readonly debtFrom: number
  /** Number of the next debt. */
  readonly debtNext: number
}

/** Money set aside for a purpose of another module. */
export interface Hold {
  readonly asset: string
  readonly owner: Did
  readonly amount: Amount
}

export interface Debt {
  readonly creditor: Did
  readonly amount: Amount
}

export const NO_ACCOUNT: Account = { balance: 0n, held: 0n, debt: 0n, debtFrom: 0, debtNext: 0 }

/** By asset id. */
export const assets = collection<Asset>(
  'accounts/asset/',
  plainCodec(
    ({ issuer, decimals, supply }) => ({ issuer, decimals, supply: supply.toString() }),
    plain => ({ ...plain, supply: BigInt(plain.supply) }),
  ),
)

export const accountCodec: Codec<Account> = {
  encode: ({ balance, held, debt, debtFrom, debtNext }) =>
    // Most accounts never held or owed anything.
    held === 0n && debtNext === 0
      ? `{"balance":"${balance}","held":"0","debt":"0","debts":[0,0]}`
      : `{"balance":"${balance}","held":"${held}","debt":"${debt}","debts":[${debtFrom},${debtNext}]}`,
  decode: text => {
    const plain = JSON.parse(text) as { balance: string; held: string; debt: string; debts: [number, number] }
    const [debtFrom, debtNext] = plain.debts
    return { balance: BigInt(plain.balance), held: BigInt(plain.held), debt: BigInt(plain.debt), debtFrom, debtNext }
  },
}

/** By `<owner>/<asset>`, so that an owner's accounts lie together. An account with nothing in it has no record. */
export const accounts = collection('accounts/account/', accountCodec)

/** By the id the holding module chose, `<module>/…`. */
export const holds = collection<Hold>(
  'accounts/hold/',
  plainCodec(
    ({ asset, owner, amount }) => ({ asset, owner, amount: amount.toString() }),
    plain => ({ ...plain, amount: BigInt(plain.amount) }),
  ),
)

/** By `<debtor>/<asset>/<number>`; the number has 12 digits so that key order is age. */
export const debts = collection<Debt>(
  'accounts/debt/',
  plainCodec(
    ({ creditor, amount }) => ({ creditor, amount: amount.toString() }),
    plain => ({ ...plain, amount: BigInt(plain.amount) }),
  ),
)

/** What `accountKey` made last: one transition asks for the same account more than once. */
let last = { asset: '', owner: '', key: `${accounts.prefix}/` }

/** Full state key of an account. */
export function accountKey(asset: string, owner: Did): string {
  if (last.owner !== owner || last.asset !== asset) last = { asset, owner, key: `${accounts.prefix}${owner}/${asset}` }
  return last.key
}

/** The same account with another balance. */
export function withBalance({ held, debt, debtFrom, debtNext }: Account, balance: Amount): Account {
  return { balance, held, debt, debtFrom, debtNext }
}

export function debtId(asset: string, debtor: Did, number: number): string {
  return `${debtor}/${asset}/${String(number).padStart(12, '0')}`
}
