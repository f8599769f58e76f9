import { reject } from '../../../errors/index.js'
import { assetId, body, positiveAmount } from '../../fields.js'
import { accept, transition } from '../../module.js'
import { accountOf, drawFree } from './money.js'
import { cannotSpend } from './spend.js'
import { assets } from './state.js'

const parse = body({ asset: assetId, amount: positiveAmount })

/** `accounts/burn`: the issuer destroys units of the own free balance. */
export const burn = transition({
  parse,
  apply(store, { signer, body: { asset, amount } }) {
    const known = assets.get(store, asset)
    if (known === undefined) return reject('ASSET_UNKNOWN', { asset })
    if (known.issuer !== signer) return reject('NOT_ISSUER', { asset, issuer: known.issuer })
    const short = cannotSpend(accountOf(store, asset, signer), amount)
    if (short !== undefined) return short

    drawFree(store, asset, signer, amount)
    assets.put(store, asset, { ...known, supply: known.supply - amount })
    return accept({ type: 'accounts/burned', asset, from: signer, amount: amount.toString() })
  },
})
