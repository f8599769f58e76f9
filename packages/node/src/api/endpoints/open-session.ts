import { Type } from '@sinclair/typebox'
import { GrantAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { unwrap } from '../errors.js'
import { EnvelopeForm } from '../forms.js'

/** POST /v1/sessions: the one round trip that gets a stranger online (design 5.1). */
export const openSession = endpoint({
  method: 'POST',
  path: '/v1/sessions',
  summary: 'A signed request for an offer; answers with the signed grant',
  expensive: true,
  body: Type.Object({ request: EnvelopeForm }),
  answerStatus: 201,
  answer: GrantAnswer,
  handle: async ({ provider }, { body, request, reply }) => {
    const { grant } = unwrap(await provider.request(body.request, { remoteAddress: request.ip }))
    reply.status(201)
    return { grant }
  },
})
