import { RequestsAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { unwrap } from '../errors.js'
import { PageForm } from '../forms.js'

/** GET /v1/requests: what is wanted. */
export const getRequests = endpoint({
  method: 'GET',
  path: '/v1/requests',
  summary: 'Announcements that something is wanted: recruitment and reward',
  query: PageForm,
  answer: RequestsAnswer,
  handle: async ({ readModel, now }, { query }) => unwrap(await readModel.requests(query, now())),
})
