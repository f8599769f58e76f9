import { Type } from '@sinclair/typebox'
import { MembersAnswer, ProposalAnswer, ProposalsAnswer, SignedHeaderAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { apiError } from '../errors.js'
import { CountForm } from '../forms.js'

/** Proposals on one page; what the ledger's query gives. */
const PAGE = 100

/** GET /v1/ledger/commit/:height: what a light client checks instead of believing this node. */
export const getSignedHeader = endpoint({
  method: 'GET',
  path: '/v1/ledger/commit/:height',
  summary: 'Header, commit and validators of one height, in the JSON of CometBFT; none where a single node orders',
  params: Type.Object({ height: CountForm }),
  query: Type.Object({
    counting: Type.Union([Type.Literal('ledger'), Type.Literal('engine')], { default: 'ledger' }),
  }),
  answer: SignedHeaderAnswer,
  handle: async ({ engine }, { params: { height }, query: { counting } }) => {
    const found = await engine.signedHeader?.(height, counting)
    if (found !== undefined) return found
    const why =
      engine.signedHeader === undefined ? 'this ledger is ordered by one node' : 'there is none of that height yet'
    throw apiError('NOT_FOUND', `no signed header: ${why}`, { height, engine: engine.name })
  },
})

/** GET /v1/members: the consortium as the ledger knows it. */
export const getMembers = endpoint({
  method: 'GET',
  path: '/v1/members',
  summary: 'Members, validators, applications, penalties and rules of the consortium',
  query: Type.Object({ after: Type.Optional(Type.String({ maxLength: 256 })) }),
  answer: MembersAnswer,
  handle: ({ engine }, { query }) => ({
    items: engine.query('governance/members', query),
    validators: engine.query('governance/validators', {}),
    applications: engine.query('governance/applications', {}),
    penalties: engine.query('governance/penalties', {}),
    rules: engine.query('governance/rules', {}),
  }),
})

/** GET /v1/proposals: newest rules apply to new ones only, so each carries its own. */
export const getProposals = endpoint({
  method: 'GET',
  path: '/v1/proposals',
  summary: 'Proposals in order of number; next is the number to go on after',
  query: Type.Object({ after: Type.Optional(CountForm) }),
  answer: ProposalsAnswer,
  handle: ({ engine }, { query }) => {
    const items = (engine.query('governance/proposals', query) ?? []) as readonly { readonly id: number }[]
    return { items, next: items.length < PAGE ? null : (items.at(-1)?.id ?? null) }
  },
})

/** GET /v1/proposals/:id: with who voted what. */
export const getProposal = endpoint({
  method: 'GET',
  path: '/v1/proposals/:id',
  summary: 'One proposal with its votes',
  params: Type.Object({ id: CountForm }),
  answer: ProposalAnswer,
  handle: ({ engine }, { params }) => {
    const found = engine.query('governance/proposal', { id: params.id })
    if (found === undefined) throw apiError('NOT_FOUND', 'the ledger has no such proposal', { id: params.id })
    return found
  },
})
