import { Type } from '@sinclair/typebox'
import { HealthAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { ErrorAnswer } from '../forms.js'

/** GET /healthz: 200 when the node can serve, 503 with the reasons when it lives but cannot. */
export const getHealth = endpoint({
  method: 'GET',
  path: '/healthz',
  summary: 'Whether the node lives and is ready, with the state of its parts',
  answer: HealthAnswer,
  // The common form when the node has no connection left.
  refusals: { 503: Type.Union([HealthAnswer, ErrorAnswer]) },
  handle: ({ health }, { reply }) => {
    const { ready, checks } = health()
    reply.status(ready ? 200 : 503)
    return { live: true, ready, checks }
  },
})
