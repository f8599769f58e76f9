import { Type } from '@sinclair/typebox'
import { LedgerSessionAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { apiError } from '../errors.js'
import { DidForm, SidForm } from '../forms.js'

/** GET /v1/ledger/sessions/:client/:sid: one session as the ledger settled it. */
export const getLedgerSession = endpoint({
  method: 'GET',
  path: '/v1/ledger/sessions/:client/:sid',
  summary: 'One session as the ledger settled it; its first series if none is named',
  params: Type.Object({ client: DidForm, sid: SidForm }),
  query: Type.Object({ series: Type.Optional(SidForm) }),
  answer: LedgerSessionAnswer,
  handle: async ({ readModel }, { params: { client, sid }, query: { series } }) => {
    const found = await readModel.session(client, sid, series)
    if (found !== undefined) return found
    throw apiError('NOT_FOUND', 'the ledger has settled nothing of such a session', { client, sid })
  },
})
