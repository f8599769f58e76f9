import { TermsSchema } from '@conet/core/services/access'
import { Type } from '@sinclair/typebox'
import { Amount, Did, Moment, orNull, pageOf } from './basics.js'

const Version = Type.Integer({ minimum: 1 })
const Place = { latE6: Type.Integer(), lonE6: Type.Integer() }
/** A circle as the ledger keeps it, in millionths of a degree. */
const Circle = Type.Object({ ...Place, radiusM: Type.Integer() })

/** One offer as people read it: degrees, the provider's name, its history. */
export const OfferAnswer = Type.Object({
  id: Type.String(),
  version: Version,
  provider: Did,
  providerName: Type.String(),
  networkType: Type.String(),
  type: Type.String(),
  name: Type.String(),
  terms: TermsSchema,
  node: Type.String({ description: 'base URL of the provider’s node' }),
  area: Type.Optional(Type.Object({ lat: Type.Number(), lon: Type.Number(), radiusM: Type.Integer() })),
  slice: orNull(Type.String()),
  dataNetworks: Type.Array(Type.String()),
  hops: Type.Integer({ description: 'relays between the provider and its uplink' }),
  quality: Type.Object({ sessions: Type.Integer({ description: 'of this provider that the ledger settled' }) }),
  expiresAt: Moment,
})
export const OffersAnswer = pageOf(OfferAnswer)

const Computing = Type.Object({
  cpuCores: Type.Integer(),
  memoryMiB: Type.Integer(),
  storageMiB: Type.Integer(),
  gpus: Type.Integer(),
})

/** One owner network with its profile as the ledger keeps it. */
export const NetworkAnswer = Type.Object({
  did: Did,
  profile: Type.Object({
    owner: Did,
    version: Version,
    name: Type.String(),
    networkType: Type.String(),
    node: Type.String({ description: 'base URL of its node' }),
    functions: Type.Array(Type.String()),
    location: Type.Object(Place),
    serviceArea: Circle,
    dataNetworks: Type.Array(Type.String()),
    slices: Type.Array(Type.String()),
    computing: Computing,
    links: Type.Array(Type.Object({ to: Did, medium: Type.String(), kbitPerSecond: Type.Integer() })),
    updatedMs: Moment,
  }),
})
export const NetworksAnswer = pageOf(NetworkAnswer)

/** What is wanted. */
export const RequestsAnswer = pageOf(
  Type.Object({
    id: Type.String(),
    version: Version,
    owner: Did,
    kind: Type.Union([Type.Literal('recruitment'), Type.Literal('reward')]),
    name: Type.String(),
    details: Type.String(),
    area: Circle,
    reward: Type.Optional(Type.Object({ asset: Type.String(), amount: Amount })),
    node: Type.String({ description: 'base URL of where to answer' }),
    expiresAt: Moment,
  }),
)
