import { LedgerAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'

/** GET /v1/ledger/info: durable height, time and app hash. */
export const getLedgerInfo = endpoint({
  method: 'GET',
  path: '/v1/ledger/info',
  summary: 'Where the ledger stands',
  answer: LedgerAnswer,
  handle: ({ engine }) => engine.info(),
})
