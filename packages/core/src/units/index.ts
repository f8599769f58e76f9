/** Money: whole micro-credits of one asset (1 credit = 10^6 micro-credits). Never a float. */
export type Amount = bigint

/** A count of bytes carried. */
export type Bytes = bigint

/** A duration in milliseconds. */
export type Millis = number

/** A moment: milliseconds since the Unix epoch. */
export type UnixMillis = number

/** Basis points: 10,000 are the whole. */
export type BasisPoints = number

/** A decentralized identifier without fragment, such as `did:key:z6Mk…` or `did:conet:<ledger>:<id>`. */
export type Did = string

/** A DID with a fragment that names one verification method. */
export type DidUrl = string

/** Lower-case hexadecimal text of a 32-byte hash. */
export type Hash = string

/** Largest amount the ledger accepts: fits a signed 128-bit integer with room for sums of 2^32 entries. */
export const MAX_AMOUNT: Amount = 2n ** 95n - 1n

const DECIMAL = /^(0|[1-9][0-9]{0,38})$/

/**
 * Reads a non-negative integer from its only accepted text form: decimal digits, no sign, no leading zero.
 *
 * @param text - untrusted input of any type
 * @returns the integer in 0..MAX_AMOUNT, or `undefined` if the text is anything else (negative, fractional, too large)
 */
export function parseAmount(text: unknown): Amount | undefined {
  if (typeof text !== 'string' || !DECIMAL.test(text)) return undefined
  const value = BigInt(text)
  return value <= MAX_AMOUNT ? value : undefined
}
