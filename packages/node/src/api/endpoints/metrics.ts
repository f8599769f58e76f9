import { textOf } from '../answers/index.js'
import { endpoint } from '../endpoint.js'

/** GET /metrics: Prometheus text. */
export const getMetrics = endpoint({
  method: 'GET',
  path: '/metrics',
  summary: 'Metrics in the Prometheus text format',
  answer: textOf('text/plain', 'metrics in the Prometheus text format'),
  handle: async ({ metrics }, { reply }) => {
    reply.type(metrics.contentType)
    return metrics.text()
  },
})
