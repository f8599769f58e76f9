import { Type } from '@sinclair/typebox'
import { ProofAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { apiError } from '../errors.js'

/** GET /v1/proofs/:key: an inclusion proof that a phone can check. Keys contain slashes, hence the star. */
export const getProof = endpoint({
  method: 'GET',
  path: '/v1/proofs/*',
  summary: 'Inclusion proof of one state key against the app hash',
  params: Type.Object({ '*': Type.String({ minLength: 1, maxLength: 1024 }) }),
  answer: ProofAnswer,
  handle: ({ engine }, { params }) => {
    const proof = engine.prove(params['*'])
    if (proof === undefined) throw apiError('NOT_FOUND', 'the ledger has no such key', { key: params['*'] })
    const { height, appHash } = engine.info()
    return { ...proof, height, appHash }
  },
})
