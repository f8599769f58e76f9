import { Type } from '@sinclair/typebox'
import { DepositAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { apiError, unwrap } from '../errors.js'
import { EnvelopeForm } from '../forms.js'

/** POST /v1/radius/credentials: a request left beforehand, whose session begins when the station joins by 802.1X. */
export const leaveRequest = endpoint({
  method: 'POST',
  path: '/v1/radius/credentials',
  summary:
    'Leaves a signed request for a station that joins by RADIUS; the same text again tells its state and the grant',
  expensive: true,
  body: Type.Object({ request: EnvelopeForm }),
  answer: DepositAnswer,
  handle: async ({ radius }, { body, request }) => {
    if (radius === undefined) throw apiError('NOT_FOUND', 'this node has no access points: it has no part `radius`')
    const { serverName, certificateSha256 } = radius
    return { ...unwrap(await radius.deposit(body.request, request.ip)), serverName, certificateSha256 }
  },
})
