import { Type } from '@sinclair/typebox'
import { NetworkAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { apiError } from '../errors.js'
import { DidForm } from '../forms.js'

/** GET /v1/networks/:did: one owner network. */
export const getNetwork = endpoint({
  method: 'GET',
  path: '/v1/networks/:did',
  summary: 'The profile of one owner network',
  params: Type.Object({ did: DidForm }),
  answer: NetworkAnswer,
  handle: async ({ readModel }, { params }) => {
    const found = await readModel.network(params.did)
    if (found !== undefined) return found
    throw apiError('NOT_FOUND', 'no network is registered for this DID', { did: params.did })
  },
})
