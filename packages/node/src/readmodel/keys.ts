import { ok, type Result, reject } from '@conet/core/errors'
import { decodeBase64url, decodeUtf8, encodeBase64url, encodeUtf8 } from '@conet/core/wire'

/**
 * A price as an SQL integer. Sums of two rates that the ledger takes are at most 2 × 10^15, below 2^53; anything larger
 * sorts as the largest.
 */
export function sqlPrice(amount: bigint): number {
  return amount > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(amount)
}

/** Place in an ordered list: the sort value of the last row seen and what makes it unique. */
export type Place = readonly [key: string | number, id: string | number]

/** Hides a place in an opaque text for the client to give back. */
export function encodeCursor(place: Place): string {
  return encodeBase64url(encodeUtf8(JSON.stringify(place)))
}

/** Kinds of the two members of a place: databases differ in what they say to a text where a number stands. */
export type PlaceForm = readonly [key: 'string' | 'number', id: 'string' | 'number']

/** Whether any row can hold the text: none of PostgreSQL holds NUL, and to be asked for it is an error there. */
export function isSqlText(text: string): boolean {
  return !text.includes('\0')
}

function isKey(value: unknown, kind: PlaceForm[number]): value is string | number {
  if (typeof value === 'string') return kind === 'string' && value.length <= 300 && isSqlText(value)
  return kind === 'number' && Number.isSafeInteger(value)
}

/** Reads a cursor; untrusted, so a wrong one is refused rather than guessed at. */
export function decodeCursor(text: string, form: PlaceForm): Result<Place, 'CURSOR_INVALID'> {
  try {
    const bytes = decodeBase64url(text)
    const value: unknown = JSON.parse((bytes && decodeUtf8(bytes)) ?? '')
    if (Array.isArray(value) && value.length === 2 && isKey(value[0], form[0]) && isKey(value[1], form[1]))
      return ok([value[0], value[1]])
  } catch {
    // Falls through to the refusal.
  }
  return reject('CURSOR_INVALID', {})
}
