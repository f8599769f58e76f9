import { reject } from '../../../errors/index.js'
import { assetId, body, did, positiveAmount } from '../../fields.js'
import { accept, transition } from '../../module.js'
import { credit } from './credit.js'
import { accountAt, assetExists, putAccount } from './money.js'
import { cannotSpend } from './spend.js'
import { accountKey, withBalance } from './state.js'

const parse = body({ asset: assetId, to: did, amount: positiveAmount })

/** `accounts/transfer`: moves free balance to another owner, whose debts it pays first. */
export const transfer = transition({
  parse,
  apply(store, { signer, body: { asset, to, amount } }, block) {
    if (to === signer) return reject('TRANSFER_TO_SELF', { to })
    const key = accountKey(asset, signer)
    const account = accountAt(store, key)
    const short = cannotSpend(account, amount)
    if (short !== undefined) return assetExists(store, asset) ? short : reject('ASSET_UNKNOWN', { asset })

    putAccount(store, key, withBalance(account, account.balance - amount))
    const repaid = credit(store, asset, to, amount, block)
    return accept({ type: 'accounts/transferred', asset, from: signer, to, amount: amount.toString() }, ...repaid)
  },
})
