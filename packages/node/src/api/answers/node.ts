import { Type } from '@sinclair/typebox'
import { Did, Hash, Moment } from './basics.js'

/** Who this is and where its ledger stands. */
export const NodeAnswer = Type.Object({
  lid: Type.String(),
  did: Did,
  name: Type.String(),
  networkType: Type.String(),
  engine: Type.String(),
  height: Type.Integer(),
  appHash: Hash,
  version: Type.String(),
  gateways: Type.Array(
    Type.Object({ host: Type.String(), port: Type.Integer(), protocols: Type.Array(Type.String()) }),
  ),
  time: Moment,
  ledgerTime: Moment,
})

/** Whether the node lives and can serve. */
export const HealthAnswer = Type.Object({
  live: Type.Boolean(),
  ready: Type.Boolean(),
  checks: Type.Record(Type.String(), Type.String()),
})

const METADATA = Type.Record(Type.String(), Type.Unknown())
/** A DID document (W3C DID Core). */
export const DidDocument = Type.Object({}, { additionalProperties: true, description: 'DID document' })

/** A whole resolution result (W3C DID Resolution). */
export const ResolutionAnswer = Type.Object({
  '@context': Type.String(),
  didDocument: Type.Union([DidDocument, Type.Null()]),
  didResolutionMetadata: METADATA,
  didDocumentMetadata: METADATA,
})
