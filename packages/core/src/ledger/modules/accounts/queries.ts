import { ConetError } from '../../../errors/index.js'
import { assetId, did } from '../../fields.js'
import type { Query } from '../../module.js'
import type { Store } from '../../store.js'
import { accountOf } from './money.js'
import { assets, debts } from './state.js'

/** Most entries in one answer. */
const PAGE = 100

type Args = Readonly<Record<string, unknown>>

/** `accounts/balance {owner, asset}` → decimal strings. */
export const balance: Query = (store, args) => view(store, readAsset(args), readOwner(args))

/** `accounts/balances {owner, after?}` → one entry per asset the owner has something of. */
export const balances: Query = (store, args) => {
  const owner = readOwner(args)
  const found = []
  for (const [asset] of assets.list(store, '', after(args))) {
    const entry = view(store, asset, owner)
    if (entry.balance !== '0' || entry.held !== '0' || entry.debt !== '0') found.push(entry)
    if (found.length >= PAGE) break
  }
  return found
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
  for (const [, debt] of debts.list(store, `${readAsset(args)}/${readOwner(args)}/`)) {
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
