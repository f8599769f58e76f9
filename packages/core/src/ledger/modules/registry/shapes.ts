import type { Result } from '../../../errors/index.js'
import { type Hash, parseAmount } from '../../../units/index.js'
import {
  assetId,
  type BodyOf,
  body,
  did,
  type Field,
  field,
  integer,
  list,
  object,
  optional,
  text,
} from '../../fields.js'
import { type Area, type NetworkProfile, type Place, REQUEST_KINDS, type RequestContent } from './types.js'

/**
 * Text for people: 1 to 64 characters, none of which is a control, a direction mark or a lone surrogate. Written as
 * ranges because the Unicode tables of two engine versions may differ.
 */
export const NAME =
  /^[\u0020-\u007e\u00a0-\u200a\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]{1,64}$/u
const DETAILS =
  /^[\n\u0020-\u007e\u00a0-\u200a\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]{0,1000}$/u
/** Name of a network, slice or medium. */
export const WORD = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
/** Where a node's API is: neither query nor credentials. */
export const BASE_URL =
  /^https?:\/\/(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)(:[0-9]{1,5})?(\/[A-Za-z0-9._~/-]{0,100})?$/

const place = {
  latE6: integer(-90_000_000, 90_000_000),
  lonE6: integer(-180_000_000, 180_000_000),
}
/** Half of the circumference is 20,037,508 m. */
const circle = { ...place, radiusM: integer(1, 20_100_000) }

const placeField: Field<Place> = { ...object(place), code: 'AREA_MALFORMED' }
const areaField: Field<Area> = { ...object(circle), code: 'AREA_MALFORMED' }
const baseUrl: Field<string> = { ...text(BASE_URL), code: 'URL_MALFORMED' }
const name = text(NAME)
const word = text(WORD)
const words = list(word, 32)
const count = integer(0, 1_000_000_000)
const expiresAt = integer(0, Number.MAX_SAFE_INTEGER)

/** Id of an offer or request: the first 16 bytes of a transaction's hash. */
export const recordId = text(/^[0-9a-f]{32}$/)
/** The id that a transaction gives to what it publishes: nobody can choose or take it. */
export function idOf(hash: Hash): string {
  return hash.slice(0, 32)
}

/** The version that an update makes. */
export const nextVersion = integer(2, Number.MAX_SAFE_INTEGER)

const json = field(value =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined,
)

/** Members of a network profile. */
export const networkShape = {
  name,
  networkType: word,
  node: baseUrl,
  functions: words,
  location: placeField,
  serviceArea: areaField,
  dataNetworks: words,
  slices: words,
  computing: object({ cpuCores: count, memoryMiB: count, storageMiB: count, gpus: count }),
  links: list(object({ to: did, medium: word, kbitPerSecond: integer(0, Number.MAX_SAFE_INTEGER) }), 64),
}

/** Members of an offer's content; `terms` is looked into by its service type. */
export const offerShape = {
  type: word,
  name,
  terms: json,
  area: areaField,
  slice: word,
  dataNetworks: words,
  hops: integer(0, 16),
  node: baseUrl,
  expiresAt,
}

const rewardAmount = field(value => {
  const amount = parseAmount(value)
  return amount === undefined || amount === 0n ? undefined : amount.toString()
})

/** Members of a request's content. */
export const requestShape = {
  kind: field(value => REQUEST_KINDS.find(kind => kind === value)),
  name,
  details: text(DETAILS),
  area: areaField,
  reward: optional(object({ asset: assetId, amount: rewardAmount })),
  node: baseUrl,
  expiresAt,
}

/** Reads a network profile. */
export const readNetwork: (raw: Readonly<Record<string, unknown>>) => Result<NetworkProfile> = body(networkShape)

/** A request's content in stored order; `reward` is left out if there is none. */
export function requestContent(form: BodyOf<typeof requestShape>): RequestContent {
  const { kind, name, details, area, reward, node, expiresAt } = form
  return { kind, name, details, area, ...(reward === undefined ? {} : { reward }), node, expiresAt }
}
