import { type TSchema, Type } from '@sinclair/typebox'

/** A DID in a path or query. */
export const DidForm = Type.String({ pattern: '^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$', maxLength: 256 })
/** A session id. */
export const SidForm = Type.String({ pattern: '^[0-9a-f]{32}$' })
/** A SHA-256 hash: of a transaction, the one that a submit answers with. */
export const HashForm = Type.String({ pattern: '^[0-9a-f]{64}$' })
/** A height or another number that counts from 1. Every number of a query has both bounds: text such as `1e400` is none. */
export const CountForm = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
/** Decimal text of an amount. */
export const AmountForm = Type.String({ pattern: '^(0|[1-9][0-9]{0,28})$' })
/** Media type of a compact JWS (RFC 7515 section 9.2.1). */
export const ENVELOPE_TYPE = 'application/jose'
/** One signed envelope; its own room says how long each kind may be, and answers `ENVELOPE_TOO_LARGE`. */
export const EnvelopeForm = Type.String({ minLength: 1, contentMediaType: ENVELOPE_TYPE })

/** The same form; a member with a default may be left out, here and below, as it is filled in before the handler sees it. */
export function defaultsOptional(form: TSchema): TSchema {
  if (form.type !== 'object' || form.properties === undefined) return form
  const members = Object.entries(form.properties as Record<string, TSchema>)
  const properties = Object.fromEntries(members.map(([name, member]) => [name, defaultsOptional(member)]))
  const required = ((form.required ?? []) as string[]).filter(name => properties[name]?.default === undefined)
  return { ...form, properties, required }
}

/**
 * The validator turns numbers into text and back, for paths and queries, which have nothing but text. In a body that would
 * take an amount that JSON had already rounded: what a body's form calls text must be text.
 *
 * @returns name of the first member that is something else
 */
export function otherThanText(form: TSchema | undefined, body: unknown): string | undefined {
  const members = Object.entries((form?.properties ?? {}) as Record<string, TSchema>)
  const given = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>
  const wrong = members.find(
    ([name, { type }]) => type === 'string' && Object.hasOwn(given, name) && typeof given[name] !== 'string',
  )
  return wrong?.[0]
}

/** Longest page of every list. */
const MAX_PAGE = 100
/** Page length when nothing is said. */
const DEFAULT_PAGE = 20

/** Query members of every list. */
export const PAGE_FORMS = {
  cursor: Type.Optional(Type.String({ maxLength: 512 })),
  limit: Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE }),
}
export const PageForm = Type.Object(PAGE_FORMS)

/** Form of every refusal. */
export const ErrorAnswer = Type.Object({
  error: Type.Object({ code: Type.String(), message: Type.String(), data: Type.Record(Type.String(), Type.Unknown()) }),
})
