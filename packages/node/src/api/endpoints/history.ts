import { Type } from '@sinclair/typebox'
import { HistoryAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { unwrap } from '../errors.js'
import { DidForm, PageForm } from '../forms.js'

/** GET /v1/accounts/:did/history: movements of one account, newest first. */
export const getHistory = endpoint({
  method: 'GET',
  path: '/v1/accounts/:did/history',
  summary: 'Movements of one account, newest first',
  params: Type.Object({ did: DidForm }),
  query: PageForm,
  answer: HistoryAnswer,
  handle: async ({ readModel }, { params, query }) => {
    const page = unwrap(await readModel.history(params.did, query))
    const items = page.items.map(entry => ({
      id: `${entry.height}-${entry.seq}`,
      timeMs: entry.time_ms,
      height: entry.height,
      type: entry.type,
      direction: entry.direction,
      asset: entry.asset,
      amount: entry.amount,
      counterparty: entry.counterparty,
      hash: entry.hash,
    }))
    return { items, next: page.next }
  },
})
