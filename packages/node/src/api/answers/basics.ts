import { type TSchema, Type } from '@sinclair/typebox'
import { AmountForm } from '../forms.js'

/** A DID. */
export const Did = Type.String({ description: 'DID' })
/** Unix milliseconds. */
export const Moment = Type.Integer({ description: 'Unix milliseconds' })
/** Decimal text of an amount in the smallest unit. */
export const Amount = AmountForm
/** Decimal text of a number of bytes. */
export const ByteText = Type.String({ pattern: '^[0-9]+$', description: 'bytes' })
/** Lower-case hex of a SHA-256 hash. */
export const Hash = Type.String({ description: 'hash, lower-case hex' })
/** A compact JWS. */
export const Envelope = Type.String({ description: 'compact JWS' })
/** What explains a refusal: numbers, text, yes or no. */
export const Details = Type.Record(Type.String(), Type.Unknown())

/** The form, or null. */
export const orNull = <F extends TSchema>(form: F) => Type.Union([form, Type.Null()])

/** A page of a list. */
export const pageOf = <F extends TSchema>(item: F) =>
  Type.Object({
    items: Type.Array(item),
    next: orNull(Type.String({ description: 'cursor of the next page' })),
  })

/** A list whose pages go on at a number. */
export const numberedPageOf = <F extends TSchema>(item: F) =>
  Type.Object({
    items: Type.Array(item),
    next: orNull(Type.Integer({ description: 'where to go on' })),
  })

/** A form by another media type than JSON. */
export const textOf = (type: string, description: string) => ({
  content: { [type]: { schema: { type: 'string', description } } },
})
