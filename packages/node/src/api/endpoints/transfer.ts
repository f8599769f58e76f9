import { Type } from '@sinclair/typebox'
import { endpoint } from '../endpoint.js'
import { AmountForm, DidForm } from '../forms.js'

/** POST /v1/wallet/transfer: pays from the owner's own account. */
export const transfer = endpoint({
  method: 'POST',
  path: '/v1/wallet/transfer',
  summary: 'Signs and submits a transfer from this node’s account; a refusal by the ledger is an answer with its code',
  admin: true,
  body: Type.Object(
    { to: DidForm, asset: Type.String({ minLength: 1, maxLength: 32 }), amount: AmountForm },
    { additionalProperties: false },
  ),
  handle: async ({ wallet, engine }, { body }) => {
    const { hash, code, data } = await wallet.transfer(body.to, body.asset, body.amount)
    return { hash, code, data, height: engine.info().height }
  },
})
