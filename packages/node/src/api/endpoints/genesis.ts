import { GenesisAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'

/** GET /v1/ledger/genesis: what a follower starts from. */
export const getGenesis = endpoint({
  method: 'GET',
  path: '/v1/ledger/genesis',
  summary: 'The genesis of the ledger',
  answer: GenesisAnswer,
  handle: ({ engine }) => engine.genesis,
})
