import { AccountAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'

/** GET /v1/wallet: the owner's own account. */
export const getWallet = endpoint({
  method: 'GET',
  path: '/v1/wallet',
  summary: 'The DID of this node and its balances',
  admin: true,
  answer: AccountAnswer,
  handle: ({ did, engine }) => ({ did, balances: engine.query('accounts/balances', { owner: did }) }),
})
