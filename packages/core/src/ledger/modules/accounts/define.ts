import { reject } from '../../../errors/index.js'
import { assetId, body, integer } from '../../fields.js'
import { accept, transition } from '../../module.js'
import { assets } from './state.js'

const parse = body({ asset: assetId, decimals: integer(0, 18) })

/** `accounts/define`: makes an asset; the signer is its issuer from then on. */
export const define = transition({
  parse,
  apply(store, { signer, body: { asset, decimals } }) {
    if (assets.get(store, asset) !== undefined) return reject('ASSET_EXISTS', { asset })
    assets.put(store, asset, { issuer: signer, decimals, supply: 0n })
    return accept({ type: 'accounts/defined', asset, issuer: signer, decimals })
  },
})
