import { Type } from '@sinclair/typebox'
import { TxAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { EnvelopeForm } from '../forms.js'

/** POST /v1/txs: a signed transaction or a bare voucher. A refusal by the ledger is an answer with its code. */
export const submitTx = endpoint({
  method: 'POST',
  path: '/v1/txs',
  summary: 'Submits a transaction; answers when it is durable (or refused, by its code) with the ledger’s height',
  expensive: true,
  body: Type.Object({ tx: EnvelopeForm }),
  answer: TxAnswer,
  handle: async ({ engine }, { body }) => {
    const { hash, code, data } = await engine.submit(body.tx)
    return { hash, code, data, height: engine.info().height }
  },
})
