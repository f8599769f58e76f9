import { Type } from '@sinclair/typebox'
import { endpoint } from '../endpoint.js'
import { apiError } from '../errors.js'
import { SidForm } from '../forms.js'

/** GET /v1/sessions/:sid/rounds without an upgrade; the line itself is opened in `../rounds-socket.ts`. */
export const getRounds = endpoint({
  method: 'GET',
  path: '/v1/sessions/:sid/rounds',
  summary:
    'WebSocket (subprotocol conet.rounds.2 or conet.rounds.1) that carries statements and vouchers, one envelope per text frame',
  params: Type.Object({ sid: SidForm }),
  answerStatus: 101,
  answer: { description: 'the WebSocket is open', type: 'null' },
  handle: () => {
    throw apiError(
      'UPGRADE_REQUIRED',
      'open this path as a WebSocket with the subprotocol conet.rounds.2 or conet.rounds.1',
    )
  },
})
