import { Type } from '@sinclair/typebox'
import { StatementAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { unwrap } from '../errors.js'
import { SidForm } from '../forms.js'

/** GET /v1/sessions/:sid/statement: the open statement, without a WebSocket. Whoever knows the session id may read it. */
export const getStatement = endpoint({
  method: 'GET',
  path: '/v1/sessions/:sid/statement',
  summary: 'The statement that waits for a voucher, null if none does',
  params: Type.Object({ sid: SidForm }),
  answer: StatementAnswer,
  handle: ({ provider }, { params }) => ({ statement: unwrap(provider.statement(params.sid)).statement ?? null }),
})
