import { Type } from '@sinclair/typebox'
import { CloseAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { unwrap } from '../errors.js'
import { EnvelopeForm, SidForm } from '../forms.js'

/** POST /v1/sessions/:sid/close: a clean stop by the client. */
export const closeSession = endpoint({
  method: 'POST',
  path: '/v1/sessions/:sid/close',
  summary: 'A signed close; answers with the provider’s own when the gateway is closed',
  expensive: true,
  params: Type.Object({ sid: SidForm }),
  body: Type.Object({ close: EnvelopeForm }),
  answer: CloseAnswer,
  handle: async ({ provider }, { params, body }) => unwrap(await provider.close(params.sid, body.close)),
})
