import { ValuationError } from '../codes.js'
import { parseAmount } from './money.js'

export type Fields = Readonly<Record<string, unknown>>

/** Refuses a case file at a place. */
export function malformed(path: string, why: string): ValuationError {
  return new ValuationError('CASE_MALFORMED', `${path}: ${why}.`, { path, why })
}

/** An object with no other fields than the allowed ones. @throws {ValuationError} `CASE_MALFORMED` */
export function fieldsOf(value: unknown, path: string, allowed: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(path, 'an object is needed')
  const unknown = Object.keys(value).find(key => !allowed.includes(key))
  if (unknown !== undefined)
    throw malformed(`${path}.${unknown.slice(0, 60)}`, `there is no such field; known are ${allowed.join(', ')}`)
  return value as Fields
}

/** A text of 1 to 120 characters. @throws {ValuationError} `CASE_MALFORMED` */
export function textOf(value: unknown, path: string): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= 120) return value
  throw malformed(path, 'a text of 1 to 120 characters is needed')
}

/** A finite number; its range is checked by who uses it. @throws {ValuationError} `CASE_MALFORMED` */
export function numberOf(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw malformed(path, 'a number is needed')
}

/** A whole number in a range. @throws {ValuationError} `CASE_MALFORMED` */
export function wholeOf(value: unknown, path: string, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw malformed(path, `a whole number from ${least} to ${most} is needed`)
}

/** One amount for all periods, or one per period; absent is 0. @returns millionths @throws {ValuationError} `CASE_MALFORMED` */
export function amountsOf(value: unknown, path: string, periods: number): bigint[] {
  if (value === undefined) return new Array<bigint>(periods).fill(0n)
  if (!Array.isArray(value)) return new Array<bigint>(periods).fill(parseAmount(value, path))
  if (value.length !== periods) throw malformed(path, `${value.length} amounts for ${periods} periods`)
  return value.map((amount, period) => parseAmount(amount, `${path}[${period}]`))
}
