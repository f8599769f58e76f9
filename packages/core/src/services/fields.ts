import { ok, type Rejection, type Result, reject } from '../errors/index.js'
import { type Amount, parseAmount } from '../units/index.js'

/** Reads one untrusted value: `undefined` means refused. */
export type Field<T> = (value: unknown) => T | undefined

/** Text of 1..max characters. */
export function text(max: number): Field<string> {
  return value => (typeof value === 'string' && value.length > 0 && value.length <= max ? value : undefined)
}

/** Text that matches a pattern as a whole. */
export function matching(pattern: RegExp): Field<string> {
  return value => (typeof value === 'string' && pattern.test(value) ? value : undefined)
}

/** Safe integer in min..max: no fraction, no sign of zero, no text. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Field<number> {
  return value =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max ? value : undefined
}

/** Non-negative integer written as decimal text, 0..MAX_AMOUNT. */
export const decimal: Field<Amount> = parseAmount

/** DID without fragment, at most 256 characters. */
export const did = matching(/^did:[a-z0-9]{1,16}:[A-Za-z0-9._:%-]{1,230}$/)

/** Lower-case hex of a 32-byte hash. */
export const hash = matching(/^[0-9a-f]{64}$/)

/** One of a closed list of texts. */
export function oneOf<T extends string>(allowed: readonly T[]): Field<T> {
  return value => allowed.find(one => one === value)
}

/** List of at most `max` items, each accepted by `item`. */
export function listOf<T>(item: Field<T>, max: number): Field<readonly T[]> {
  return value => {
    if (!Array.isArray(value) || value.length > max) return undefined
    const items: T[] = []
    for (const entry of value) {
      const read = item(entry)
      if (read === undefined) return undefined
      items.push(read)
    }
    return items
  }
}

type Shape = Readonly<Record<string, Field<unknown>>>
type ValueOf<F> = F extends Field<infer T> ? T : never
type Read<R extends Shape, O extends Shape> = { readonly [K in keyof R]: ValueOf<R[K]> } & {
  readonly [K in keyof O]?: ValueOf<O[K]>
}

/**
 * Reads an object with exactly these members: a missing, unknown or malformed member refuses the whole.
 *
 * @param required - members that must be there
 * @param optional - members that may be absent, but not malformed
 * @returns the members read, or a rejection `MALFORMED` whose `data.field` names the first bad member
 */
export function readObject<R extends Shape, O extends Shape>(
  value: unknown,
  required: R,
  optional: O,
): Result<Read<R, O>, 'MALFORMED'> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return malformed('')
  const known = { ...required, ...optional }
  const stranger = Object.keys(value).find(key => !Object.hasOwn(known, key))
  if (stranger !== undefined) return malformed(stranger.slice(0, 64))
  const source = value as Readonly<Record<string, unknown>>
  const result: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(known)) {
    if (!Object.hasOwn(source, key)) {
      if (Object.hasOwn(required, key)) return malformed(key)
      continue
    }
    const read = field(source[key])
    if (read === undefined) return malformed(key)
    result[key] = read
  }
  return ok(result as Read<R, O>)
}

/** Turns an object reader into a field, for nesting. */
export function nested<T>(read: (value: unknown) => Result<T>): Field<T> {
  return value => {
    const result = read(value)
    return result.ok ? result.value : undefined
  }
}

function malformed(field: string): Rejection<'MALFORMED'> {
  return reject('MALFORMED', { field })
}
