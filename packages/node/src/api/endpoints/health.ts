import { endpoint } from '../endpoint.js'

/** GET /healthz: 200 when the node can serve, 503 with the reasons when it lives but cannot. */
export const getHealth = endpoint({
  method: 'GET',
  path: '/healthz',
  summary: 'Whether the node lives and is ready, with the state of its parts',
  handle: ({ health }, { reply }) => {
    const { ready, checks } = health()
    reply.status(ready ? 200 : 503)
    return { live: true, ready, checks }
  },
})
