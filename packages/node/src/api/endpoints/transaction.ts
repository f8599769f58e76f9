import { Type } from '@sinclair/typebox'
import { TransactionAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { apiError } from '../errors.js'
import { HashForm } from '../forms.js'

/** GET /v1/txs/:hash: what became of a transaction. */
export const getTransaction = endpoint({
  method: 'GET',
  path: '/v1/txs/:hash',
  summary: 'What became of a transaction: its block, and OK or the code of its refusal',
  params: Type.Object({ hash: HashForm }),
  answer: TransactionAnswer,
  handle: async ({ readModel }, { params: { hash } }) => {
    const found = await readModel.transaction(hash)
    if (found === undefined)
      throw apiError('NOT_FOUND', 'no block that this node has read holds this transaction', { hash })
    const { code, data, height, timeMs } = found
    return { hash, code, data, height, timeMs }
  },
})
