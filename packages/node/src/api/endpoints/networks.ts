import { NetworksAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { unwrap } from '../errors.js'
import { PageForm } from '../forms.js'

/** GET /v1/networks: the registered owner networks. */
export const getNetworks = endpoint({
  method: 'GET',
  path: '/v1/networks',
  summary: 'Registered owner networks with their profiles',
  query: PageForm,
  answer: NetworksAnswer,
  handle: async ({ readModel }, { query }) => unwrap(await readModel.networks(query)),
})
