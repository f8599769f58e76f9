import { ConetError } from '../../../errors/index.js'
import { MAX_AMOUNT } from '../../../units/index.js'
import type { Store } from '../../store.js'
import type { Genesis } from '../../types.js'
import { accountAt, putAccount } from './money.js'
import { accountKey, assets } from './state.js'

/** Defines the first assets and gives the first balances; two entries of one owner add up. */
export function accountsGenesis(store: Store, genesis: Genesis): void {
  for (const { id, issuer, decimals } of genesis.assets) assets.put(store, id, { issuer, decimals, supply: 0n })
  for (const { owner, asset, amount } of genesis.accounts) {
    const known = assets.get(store, asset)
    const given = BigInt(amount)
    if (known === undefined || known.supply + given > MAX_AMOUNT) {
      throw new ConetError(
        'GENESIS_MALFORMED',
        `genesis: the accounts of ${asset} hold more than ${MAX_AMOUNT} together`,
      )
    }
    assets.put(store, asset, { ...known, supply: known.supply + given })
    const key = accountKey(asset, owner)
    const account = accountAt(store, key)
    putAccount(store, key, { ...account, balance: account.balance + given })
  }
}
