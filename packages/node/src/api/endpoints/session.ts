import { Type } from '@sinclair/typebox'
import { SessionAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { apiError } from '../errors.js'
import { SidForm } from '../forms.js'

/** GET /v1/sessions/:sid: one session with its rounds. */
export const getSession = endpoint({
  method: 'GET',
  path: '/v1/sessions/:sid',
  summary: 'One session of this provider with its last rounds',
  admin: true,
  params: Type.Object({ sid: SidForm }),
  answer: SessionAnswer,
  handle: ({ provider, board }, { params }) => {
    const session = provider.get(params.sid)
    if (session !== undefined) return board.view(session)
    throw apiError('NOT_FOUND', 'this provider knows no such session', { sid: params.sid })
  },
})
