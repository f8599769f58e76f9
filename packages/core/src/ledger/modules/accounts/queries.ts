import { ConetError } from '../../../errors/index.js'
import { assetId, did } from '../../fields.js'
import type { Query } from '../../module.js'
import type { Store } from '../../store.js'
import { accountOf } from './money.js'
import { accounts, assets, debts } from './state.js'

/** Most entries in one answer. */
const PAGE = 100

type Args = Readonly<Record<string, unknown>>

/** `accounts/balance {owner, asset}` → decimal strings. */
export const balance: Query = (store, args) => view(store, readAsset(args), readOwner(args))

/** `accounts/balances {owner, after?}` → a page of what the owner has, by asset; reads no account of anybody else. */
export const balances: Query = (store, args) => {
  const owner = readOwner(args)
  const from = after(args)
  const page = []
  for (const [id] of accounts.list(store, `${owner}/`, from === undefined ? undefined : `${owner}/${from}`)) {
    page.push(view(store, id.slice(owner.length + 1), owner))
    if (page.length >= PAGE) break
  }
  return page
}

/** `accounts/asset {asset}` → issuer, decimals, supply. */
export const asset: Query = (store, args) => {
  const id = readAsset(args)
  const known = assets.get(store, id)
  return known === undefined ? undefined : { asset: id, ...known, supply: known.supply.toString() }
}

/** `accounts/assets {after?}` → a page of assets in id order. */
export const assetList: Query = (store, args) => {
  const page = []
  for (const [id, known] of assets.list(store, '', after(args))) {
    page.push({ asset: id, ...known, supply: known.supply.toString() })
    if (page.length >= PAGE) break
  }
  return page
}

/** `accounts/supply {asset}` → decimal string. */
export const supply: Query = (store, args) => assets.get(store, readAsset(args))?.supply.toString()

/** `accounts/debts {owner, asset}` → the oldest open debts. */
export const debtList: Query = (store, args) => {
  const page = []
  for (const [, debt] of debts.list(store, `${readOwner(args)}/${readAsset(args)}/`)) {
    page.push({ creditor: debt.creditor, amount: debt.amount.toString() })
    if (page.length >= PAGE) break
  }
  return page
}

function view(store: Store, asset: string, owner: string) {
  const account = accountOf(store, asset, owner)
  return {
    asset,
    balance: account.balance.toString(),
    held: account.held.toString(),
    debt: account.debt.toString(),
  }
}

function readOwner(args: Args): string {
  return did.read(args.owner) ?? malformed('owner', 'a DID')
}

function readAsset(args: Args): string {
  return assetId.read(args.asset) ?? malformed('asset', 'an asset id')
}

function after(args: Args): string | undefined {
  return args.after === undefined ? undefined : (assetId.read(args.after) ?? malformed('after', 'an asset id'))
}

function malformed(field: string, expected: string): never {
  throw new ConetError('QUERY_MALFORMED', `${field} must be ${expected}`, { data: { field } })
}
