import { Type } from '@sinclair/typebox'
import { TxAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { apiError } from '../errors.js'
import { AmountForm, DidForm } from '../forms.js'

/** POST /v1/wallet/transfer: pays from the owner's own account. */
export const transfer = endpoint({
  method: 'POST',
  path: '/v1/wallet/transfer',
  summary: 'Signs and submits a transfer from this node’s account; a refusal by the ledger is an answer with its code',
  admin: true,
  body: Type.Object(
    {
      to: DidForm,
      asset: Type.String({ minLength: 1, maxLength: 32 }),
      amount: AmountForm,
      key: Type.Optional(
        Type.String({
          pattern: '^[A-Za-z0-9_-]{8,64}$',
          description: 'one for each transfer: asking again with the same key pays once',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  answer: TxAnswer,
  handle: async ({ wallet, engine, resolve }, { body }) => {
    // Money for a mistyped DID would be gone: nobody could ever sign for it.
    const { didDocument, didResolutionMetadata } = await resolve(body.to, '')
    if (didDocument === null) {
      const why = String(didResolutionMetadata.error ?? 'notFound')
      throw apiError('DID_UNKNOWN', `nobody has the identity ${body.to} (${why}); check it for typing errors`)
    }
    const { key, ...order } = body
    const { hash, code, data } = await wallet.transfer(order, key)
    return { hash, code, data, height: engine.info().height }
  },
})
