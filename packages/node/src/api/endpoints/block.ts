import { Type } from '@sinclair/typebox'
import { BlockAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { apiError } from '../errors.js'
import { CountForm } from '../forms.js'

/** GET /v1/ledger/blocks/:height: one committed block. */
export const getBlock = endpoint({
  method: 'GET',
  path: '/v1/ledger/blocks/:height',
  summary: 'One committed block',
  params: Type.Object({ height: CountForm }),
  answer: BlockAnswer,
  handle: async ({ engine }, { params }) => {
    const block = await engine.block(params.height)
    if (block !== undefined) return block
    throw apiError('NOT_FOUND', 'the ledger has not come to this height', { height: params.height })
  },
})
