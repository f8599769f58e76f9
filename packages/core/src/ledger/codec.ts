/**
 * How a record becomes the text that is stored, hashed and proven, and back. Encoding must be a
 * function of the value alone and yield no control characters (JSON never does): snapshots and leaves rely on it.
 */
export interface Codec<T> {
  encode(value: T): string
  decode(text: string): T
}

/**
 * A codec over plain JSON for records without bigint.
 *
 * Member order is that of the object literal, so every place that makes a record must write its members in one order:
 * prefer one constructor function per record type.
 */
export function jsonCodec<T>(): Codec<T> {
  return { encode: value => JSON.stringify(value), decode: text => JSON.parse(text) as T }
}

/**
 * A codec over JSON for records that hold bigint or other types JSON lacks.
 *
 * @param toPlain - the record as plain JSON, amounts as decimal strings, members in a fixed order
 * @param fromPlain - its inverse; the text was written by `toPlain`, so it need not be checked again
 */
export function plainCodec<T, P>(toPlain: (value: T) => P, fromPlain: (plain: P) => T): Codec<T> {
  return { encode: value => JSON.stringify(toPlain(value)), decode: text => fromPlain(JSON.parse(text) as P) }
}

/** Text as it is. */
export const textCodec: Codec<string> = { encode: value => value, decode: text => text }
