import { reject } from '../../../errors/index.js'
import { MAX_AMOUNT } from '../../../units/index.js'
import { assetId, body, did, positiveAmount } from '../../fields.js'
import { accept, transition } from '../../module.js'
import { credit } from './credit.js'
import { assets } from './state.js'

const parse = body({ asset: assetId, to: did, amount: positiveAmount })

/** `accounts/issue`: the issuer makes new units for somebody. The supply never passes MAX_AMOUNT, so no account does. */
export const issue = transition({
  parse,
  apply(store, { signer, body: { asset, to, amount } }, block) {
    const known = assets.get(store, asset)
    if (known === undefined) return reject('ASSET_UNKNOWN', { asset })
    if (known.issuer !== signer) return reject('NOT_ISSUER', { asset, issuer: known.issuer })
    if (known.supply + amount > MAX_AMOUNT) return reject('AMOUNT_OVERFLOW', { supply: known.supply, amount })

    assets.put(store, asset, { ...known, supply: known.supply + amount })
    const repaid = credit(store, asset, to, amount, block)
    return accept({ type: 'accounts/issued', asset, to, amount: amount.toString() }, ...repaid)
  },
})
