import { Type } from '@sinclair/typebox'
import { AccountAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { DidForm } from '../forms.js'

/** GET /v1/accounts/:did: what an account has, holds and owes, from the ledger's state itself. */
export const getAccount = endpoint({
  method: 'GET',
  path: '/v1/accounts/:did',
  summary: 'Balances of one account per asset',
  params: Type.Object({ did: DidForm }),
  answer: AccountAnswer,
  handle: ({ engine }, { params }) => ({
    did: params.did,
    balances: engine.query('accounts/balances', { owner: params.did }),
  }),
})
