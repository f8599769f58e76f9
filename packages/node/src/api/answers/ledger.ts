import { Type } from '@sinclair/typebox'
import { Amount, Details, Did, Envelope, Hash, Moment, numberedPageOf } from './basics.js'

/** Where the ledger stands. */
export const LedgerAnswer = Type.Object({ lid: Type.String(), height: Type.Integer(), timeMs: Moment, appHash: Hash })

const PublicKey = Type.String({ description: 'Ed25519 key of the engine, lower-case hex' })

/** The first state. */
export const GenesisAnswer = Type.Object({
  lid: Type.String(),
  timeMs: Moment,
  assets: Type.Array(Type.Object({ id: Type.String(), issuer: Did, decimals: Type.Integer() })),
  accounts: Type.Array(Type.Object({ owner: Did, asset: Type.String(), amount: Amount })),
  params: Type.Optional(Type.Record(Type.String(), Details)),
  validators: Type.Optional(Type.Array(Type.Object({ owner: Did, publicKey: PublicKey, power: Type.Integer() }))),
  members: Type.Optional(Type.Array(Did)),
})

/** What happened; members besides the type belong to it. */
const Event = Type.Object({ type: Type.String() }, { additionalProperties: true })

const Misbehaviour = Type.Object({
  kind: Type.Union([Type.Literal('duplicate-vote'), Type.Literal('light-client-attack')]),
  validator: Type.String(),
  height: Type.Integer(),
  timeMs: Moment,
  totalPower: Type.Integer(),
})

/** A committed block with what it did. */
export const BlockAnswer = Type.Object({
  height: Type.Integer(),
  timeMs: Moment,
  txs: Type.Array(Envelope),
  evidence: Type.Optional(Type.Array(Misbehaviour)),
  result: Type.Object({
    height: Type.Integer(),
    timeMs: Moment,
    results: Type.Array(Type.Object({ hash: Hash, code: Type.String(), data: Details, events: Type.Array(Event) })),
    scheduled: Type.Array(Event),
    validatorUpdates: Type.Optional(Type.Array(Type.Object({ publicKey: PublicKey, power: Type.Integer() }))),
    appHash: Hash,
  }),
  engineHeight: Type.Optional(Type.Integer({ description: 'where the engine itself counts this block' })),
})
export const BlocksAnswer = numberedPageOf(BlockAnswer)

/** What leads from one leaf to the app hash. */
export const ProofAnswer = Type.Object({
  key: Type.String(),
  value: Type.String(),
  index: Type.Integer(),
  siblings: Type.Array(Hash),
  historyRoot: Hash,
  height: Type.Integer(),
  appHash: Hash,
})

const Cometbft = (description: string) => Type.Object({}, { additionalProperties: true, description })

/** What a light client checks. */
export const SignedHeaderAnswer = Type.Object({
  header: Cometbft('signed_header.header of CometBFT’s /commit'),
  commit: Cometbft('signed_header.commit of CometBFT’s /commit'),
  validators: Type.Array(Cometbft('an entry of CometBFT’s /validators')),
})
