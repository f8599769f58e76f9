import { Type } from '@sinclair/typebox'
import { SettlementsAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { unwrap } from '../errors.js'
import { DidForm, PageForm, SidForm } from '../forms.js'

/** GET /v1/ledger/sessions/:client/:sid/settlements: what was paid of a session, and when. */
export const getSettlements = endpoint({
  method: 'GET',
  path: '/v1/ledger/sessions/:client/:sid/settlements',
  summary: 'Settlements of one session on the ledger, oldest first',
  params: Type.Object({ client: DidForm, sid: SidForm }),
  query: PageForm,
  answer: SettlementsAnswer,
  handle: async ({ readModel }, { params: { client, sid }, query }) => {
    const page = unwrap(await readModel.settlements(client, sid, query))
    const items = page.items.map(({ height, time_ms, provider, asset, round, amount }) => ({
      ...{ height, timeMs: time_ms, provider, asset, round, amount },
    }))
    return { items, next: page.next }
  },
})
