import { type Rejection, reject } from '../../../errors/index.js'
import type { Amount, Did } from '../../../units/index.js'
import type { Store } from '../../store.js'
import type { BlockContext, LedgerEvent } from '../../types.js'
import { credit } from './credit.js'
import { accountOf, drawFree } from './money.js'
import { accountsParams } from './params.js'
import { cannotSpend } from './spend.js'
import { assets } from './state.js'

/** Why an owner cannot pay a fee, or `undefined` if it can. */
export function cannotPayFee(store: Store, payer: Did, amount: Amount): Rejection | undefined {
  const { feeAsset } = accountsParams.read(store)
  const known = assets.get(store, feeAsset)
  if (known === undefined) return reject('ASSET_UNKNOWN', { asset: feeAsset })
  return known.issuer === payer ? undefined : cannotSpend(accountOf(store, feeAsset, payer), amount)
}

/** Pays a fee to the issuer of the fee asset: what the ledger keeps for good is not free (LED-67). The caller checked `cannotPayFee`. */
export function payFee(store: Store, payer: Did, amount: Amount, block: BlockContext): readonly LedgerEvent[] {
  const asset = accountsParams.read(store).feeAsset
  const issuer = assets.get(store, asset)?.issuer
  if (issuer === undefined || issuer === payer || amount === 0n) return []
  drawFree(store, asset, payer, amount)
  const repaid = credit(store, asset, issuer, amount, block)
  return [{ type: 'accounts/transferred', asset, from: payer, to: issuer, amount: amount.toString() }, ...repaid]
}
