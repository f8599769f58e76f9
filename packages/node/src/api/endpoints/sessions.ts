import { Type } from '@sinclair/typebox'
import { SessionsAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { PAGE_FORMS } from '../forms.js'

/** GET /v1/sessions: live and past sessions with their rounds, newest first. */
export const getSessions = endpoint({
  method: 'GET',
  path: '/v1/sessions',
  summary:
    'Sessions of this provider with their last rounds; with role client those in which it buys for its own clients',
  admin: true,
  query: Type.Object({
    ...PAGE_FORMS,
    state: Type.Optional(Type.Union([Type.Literal('live'), Type.Literal('closed')])),
  }),
  answer: SessionsAnswer,
  handle: ({ provider, board, upstream }, { query }) => {
    // Few at a time, so they stand in front of the first page.
    const used = query.cursor === undefined && query.state !== 'closed' ? (upstream?.() ?? []) : []
    const page = provider.list({ state: query.state, cursor: query.cursor, limit: query.limit })
    return { items: [...used, ...page.items.map(session => board.view(session))], next: page.next ?? null }
  },
})
