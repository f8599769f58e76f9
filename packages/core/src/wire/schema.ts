import { type StaticDecode, type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { Value } from '@sinclair/typebox/value'
import { ok, type Result, reject } from '../errors/index.js'
import { MAX_AMOUNT } from '../units/index.js'

export { type Static, type StaticDecode, type TSchema, Type } from '@sinclair/typebox'

/** An object without further members: what is signed has no part that nobody reads (WIRE-6). */
export function closed<P extends TProperties>(properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false })
}

/** Micro-credits or bytes: decimal text on the wire, `bigint` in 0..2^95 - 1 once parsed. */
export const AmountText = Type.Transform(Type.String({ pattern: '^(0|[1-9][0-9]{0,28})$' }))
  .Decode(text => {
    const value = BigInt(text)
    if (value > MAX_AMOUNT) throw new RangeError('amount')
    return value
  })
  .Encode(value => value.toString())

/** A DID without path, query or fragment. */
export const DidText = Type.String({ pattern: '^did:[a-z0-9]+:[A-Za-z0-9._:-]+$', maxLength: 200 })

/** 32-byte hash, lower-case hex. */
export const HashText = Type.String({ pattern: '^[0-9a-f]{64}$' })

/** Session or record id: 16 bytes, lower-case hex. */
export const IdText = Type.String({ pattern: '^[0-9a-f]{32}$' })

/** 16 random bytes, base64url: 22 characters, the last with four zero bits. */
export const NonceText = Type.String({ pattern: '^[A-Za-z0-9_-]{21}[AQgw]$' })

/** Milliseconds since the epoch, up to the last moment a Date can hold. */
export const UnixMillisInt = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })

/** Seconds since the epoch (RFC 7519 NumericDate, whole). */
export const UnixSecondsInt = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000 })

/** Basis points, 10,000 are the whole. */
export const BasisPointsInt = Type.Integer({ minimum: 0, maximum: 10_000 })

/** Ledger id: names the ledger in every payload and inside `did:conet`. */
export const LidText = Type.String({ pattern: '^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$' })

/** Reads an untrusted value into a `T`; `data.path` of a refusal is the JSON pointer of the first fault. */
export type Parser<T> = (value: unknown) => Result<T, 'PAYLOAD_MALFORMED'>

/** A compiled schema: `check` without conversion, `decode` with it, `firstFault` for the message. */
export interface Compiled<T> {
  check(value: unknown): boolean
  /** Throws if a conversion refuses; call after `check`. */
  decode(value: unknown): T
  firstFault(value: unknown): string
}

/**
 * Compiles a schema to machine code where the platform allows it, else interprets it (browsers with a content security
 * policy forbid code from text). Both accept the same values.
 *
 * @param allowCode - `false` forces the interpreter
 */
export function compileSchema<S extends TSchema>(schema: S, allowCode = true): Compiled<StaticDecode<S>> {
  const code = allowCode ? tryCompile(schema) : undefined
  return {
    check: value => (code === undefined ? Value.Check(schema, value) : code.Check(value)),
    decode: value => (code === undefined ? Value.Decode(schema, value) : code.Decode(value)),
    firstFault: value => Value.Errors(schema, value).First()?.path ?? '',
  }
}

/**
 * Makes a parser from a schema. It never throws and never changes its input.
 *
 * @returns a function whose refusals carry `PAYLOAD_MALFORMED` and `data.path`
 */
export function parser<S extends TSchema>(schema: S): Parser<StaticDecode<S>> {
  const compiled = compileSchema(schema)
  return value => {
    if (!compiled.check(value)) return reject('PAYLOAD_MALFORMED', { path: compiled.firstFault(value) })
    try {
      return ok(compiled.decode(value))
    } catch {
      return reject('PAYLOAD_MALFORMED', { path: 'amount', why: 'out of range' })
    }
  }
}

function tryCompile<S extends TSchema>(schema: S) {
  try {
    return TypeCompiler.Compile(schema)
  } catch {
    return undefined
  }
}
