import { reject } from '../../../errors/index.js'
import { countFree, isFree } from '../../allowance.js'
import { assetId, body, integer } from '../../fields.js'
import { accept, transition } from '../../module.js'
import { cannotPayFee, payFee } from './fee.js'
import { accountsParams } from './params.js'
import { assets } from './state.js'

const FREE = 'accounts/free'
const parse = body({ asset: assetId, decimals: integer(0, 18) })

/** `accounts/define`: makes an asset; the signer is its issuer from then on. It stays for good, so only some are free. */
export const define = transition({
  parse,
  apply(store, { signer, body: { asset, decimals } }, block) {
    const { freeAssetsPerHour, assetFee } = accountsParams.read(store)
    if (assets.get(store, asset) !== undefined) return reject('ASSET_EXISTS', { asset })
    const free = isFree(store, FREE, freeAssetsPerHour, block)
    const fee = BigInt(assetFee)
    const short = free ? undefined : cannotPayFee(store, signer, fee)
    if (short !== undefined) return short

    if (free) countFree(store, FREE, block)
    const paid = free ? [] : payFee(store, signer, fee, block)
    assets.put(store, asset, { issuer: signer, decimals, supply: 0n })
    return accept({ type: 'accounts/defined', asset, issuer: signer, decimals }, ...paid)
  },
})
