import { Type } from '@sinclair/typebox'
import { Details, Did, Moment, numberedPageOf, orNull } from './basics.js'

const Weight = Type.String({ pattern: '^[0-9]+$' })
const Power = Type.Integer({ minimum: 0 })
const Rule = Type.String({ description: 'such as: power 2/3 of all quorum 0/1 within 604800000' })
const PublicKey = Type.String({ description: 'Ed25519 key of the engine, lower-case hex' })

const Rules = Type.Object({
  admit: Rule,
  remove: Rule,
  validator: Rule,
  params: Rule,
  rules: Rule,
  appeal: Rule,
  suspends: Type.Boolean(),
  penalty: Type.Union([Type.Literal('restore'), Type.Literal('validator'), Type.Literal('member')]),
  noticeMs: Type.Integer(),
  maxOpen: Type.Integer(),
  keepMs: Type.Integer(),
  maxApplications: Type.Integer(),
  applicationMs: Type.Integer(),
  maxValidators: Type.Integer(),
  members: Type.Integer(),
  validators: Type.Integer(),
  power: Power,
  ordered: Type.Boolean({ description: 'whether validators order this ledger' }),
})

const Penalty = Type.Object({
  publicKey: PublicKey,
  owner: Did,
  kind: Type.String(),
  height: Type.Integer(),
  taken: Power,
  endMs: Moment,
  appeal: Type.Integer({ description: 'id of the appeal, 0 for none' }),
  state: Type.Union([Type.Literal('notice'), Type.Literal('barred'), Type.Literal('lifted')]),
})

/** The consortium as the ledger knows it. */
export const MembersAnswer = Type.Object({
  items: Type.Array(Type.Object({ did: Did, sinceMs: Moment, power: Power })),
  validators: Type.Array(Type.Object({ owner: Did, publicKey: PublicKey, power: Power })),
  applications: Type.Array(Type.Object({ did: Did, note: Type.String(), atMs: Moment, endMs: Moment })),
  penalties: Type.Array(Penalty),
  rules: Rules,
})

const PROPOSAL = {
  id: Type.Integer(),
  subject: Type.String({ description: 'admit, remove, validator, params, rules or appeal' }),
  body: Details,
  rule: Rule,
  by: Did,
  openedMs: Moment,
  endMs: Moment,
  status: Type.Union(['open', 'passed', 'rejected', 'void', 'withdrawn'].map(name => Type.Literal(name))),
  decidedMs: Moment,
  why: Type.String({ description: 'void: the code for which it could not be carried out' }),
  tally: orNull(Type.Object({ yes: Weight, no: Weight, abstain: Weight, all: Weight })),
}

export const ProposalsAnswer = numberedPageOf(Type.Object(PROPOSAL))

const Choice = Type.Union([Type.Literal('yes'), Type.Literal('no'), Type.Literal('abstain')])

/** One proposal with who voted what. */
export const ProposalAnswer = Type.Object({
  ...PROPOSAL,
  votes: Type.Array(Type.Object({ by: Did, choice: Choice })),
})
