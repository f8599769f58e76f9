import { PranError } from './codes.js'

/** Closed interval of a float input, in the unit its name carries. */
export interface Range {
  readonly min: number
  readonly max: number
}

/**
 * Refuses what a model does not cover.
 * @param name - the input's name with its unit, such as `frequencyGHz`
 * @throws {PranError} `NOT_A_NUMBER`, `OUT_OF_RANGE` with the range
 */
export function within(name: string, value: number, range: Range): void {
  if (value >= range.min && value <= range.max) return
  if (!Number.isFinite(value)) {
    throw new PranError('NOT_A_NUMBER', `${name} is ${value}: give a number from ${range.min} to ${range.max}.`, {
      name,
      value,
      ...range,
    })
  }
  throw new PranError('OUT_OF_RANGE', `${name} is ${value}: the model covers ${range.min} to ${range.max}.`, {
    name,
    value,
    ...range,
  })
}

/** A whole number in a range. @throws {PranError} `NOT_A_NUMBER`, `OUT_OF_RANGE`, `NOT_WHOLE` */
export function wholeWithin(name: string, value: number, range: Range): void {
  within(name, value, range)
  if (!Number.isInteger(value)) {
    throw new PranError('NOT_WHOLE', `${name} is ${value}: give a whole number.`, { name, value })
  }
}

/** A big integer in a range. @throws {PranError} `OUT_OF_RANGE` */
export function bigWithin(name: string, value: bigint, min: bigint, max: bigint): void {
  if (value >= min && value <= max) return
  throw new PranError('OUT_OF_RANGE', `${name} is ${value}: allowed is ${min} to ${max}.`, { name, value, min, max })
}

/** Any finite value. @throws {PranError} `NOT_A_NUMBER` */
export function finite(name: string, value: number): void {
  if (Number.isFinite(value)) return
  throw new PranError('NOT_A_NUMBER', `${name} is ${value}: give a finite number.`, { name, value })
}

/** Powers, rates and lengths that may be 0 but not negative. */
export const NOT_NEGATIVE: Range = { min: 0, max: Number.MAX_VALUE }
/** What is divided by. */
export const POSITIVE: Range = { min: Number.MIN_VALUE, max: Number.MAX_VALUE }
/** Shares and probabilities. */
export const UNIT: Range = { min: 0, max: 1 }
