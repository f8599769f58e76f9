import { ok, type Rejection, type Result, reject } from '../errors/index.js'
import { type Amount, type Did, type Hash, parseAmount } from '../units/index.js'

/** Reads one member of an untrusted body; `undefined` refuses it with `code`. */
export interface Field<T> {
  readonly code: string
  readonly optional?: boolean
  read(value: unknown): T | undefined
}

type Shape = Readonly<Record<string, Field<unknown>>>
type Read<F> = F extends Field<infer T> ? T : never

/** The typed body that a shape of fields yields. */
export type BodyOf<S extends Shape> = { readonly [K in keyof S]: Read<S[K]> }

/**
 * Makes the `parse` of a transition: every field must be present and well formed, and no other member may be there.
 *
 * Rejects with the field's own code (`PAYLOAD_MALFORMED` for most, `AMOUNT_INVALID` for amounts), data `{field}`.
 */
export function body<S extends Shape>(shape: S): (raw: Readonly<Record<string, unknown>>) => Result<BodyOf<S>> {
  const fields = Object.entries(shape)
  return raw => {
    const value: Record<string, unknown> = {}
    let present = 0
    for (const [name, field] of fields) {
      const given = raw[name]
      if (given === undefined && field.optional === true) continue
      const read = field.read(given)
      if (read === undefined) return reject(field.code, { field: name })
      value[name] = read
      present += 1
    }
    const unknown = Object.keys(raw).length === present ? undefined : unknownMember(raw, shape)
    return unknown ?? ok(value as BodyOf<S>)
  }
}

function unknownMember(raw: Readonly<Record<string, unknown>>, shape: Shape): Rejection | undefined {
  for (const name in raw) if (!Object.hasOwn(shape, name)) return reject('PAYLOAD_MALFORMED', { field: name })
  return undefined
}

/** A field of any type, refused with `PAYLOAD_MALFORMED`. */
export function field<T>(read: (value: unknown) => T | undefined): Field<T> {
  return { code: 'PAYLOAD_MALFORMED', read }
}

/** A field that may be left out; absent from the body then. */
export function optional<T>(inner: Field<T>): Field<T | undefined> {
  return { code: inner.code, optional: true, read: inner.read }
}

/** Text matching a pattern; the pattern must be anchored and bound the length. */
export function text(pattern: RegExp): Field<string> {
  return field(value => (typeof value === 'string' && pattern.test(value) ? value : undefined))
}

/** An integer in `min..max`, as a JSON number. */
export function integer(min: number, max: number): Field<number> {
  return field(value =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined,
  )
}

/** A list of at most `max` items. */
export function list<T>(item: Field<T>, max: number): Field<readonly T[]> {
  return field(value => {
    if (!Array.isArray(value) || value.length > max) return undefined
    const items = value.map(entry => item.read(entry))
    return items.includes(undefined) ? undefined : (items as T[])
  })
}

/** An object with exactly the members of `shape`. */
export function object<S extends Shape>(shape: S): Field<BodyOf<S>> {
  const parse = body(shape)
  return field(value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const read = parse(value as Record<string, unknown>)
    return read.ok ? read.value : undefined
  })
}

const DID = /^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$/
const MAX_DID_CHARS = 200

/** A DID without path, query or fragment, at most 200 characters as on the wire (`DidText`), safe inside a state key. */
export const did: Field<Did> = field(value =>
  typeof value === 'string' && value.length <= MAX_DID_CHARS && DID.test(value) ? value : undefined,
)

/** Lower-case hex of 32 bytes. */
export const hash: Field<Hash> = text(/^[0-9a-f]{64}$/)

/** Session id: lower-case hex of 16 bytes. */
export const sessionId: Field<string> = text(/^[0-9a-f]{32}$/)

/** Id of an asset: `credit`, `campus.coin`, `usd-2`. */
export const assetId: Field<string> = text(/^[a-z][a-z0-9.-]{0,31}$/)

/** 1..MAX_AMOUNT as decimal text; zero, negative, fractional and larger are refused with `AMOUNT_INVALID`. */
export const positiveAmount: Field<Amount> = {
  code: 'AMOUNT_INVALID',
  read: value => {
    const amount = parseAmount(value)
    return amount === undefined || amount === 0n ? undefined : amount
  },
}

/** 0..MAX_AMOUNT as decimal text; otherwise `AMOUNT_INVALID`. */
export const amount: Field<Amount> = { code: 'AMOUNT_INVALID', read: parseAmount }
