import { SimError } from '../codes.js'

/** A whole number from 0. @throws {SimError} `OUT_OF_RANGE` */
export function wholeWithin(name: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= max) return
  throw new SimError('OUT_OF_RANGE', `${name} is ${value}: give a whole number from 0 to ${max}.`, {
    path: name,
    value,
    min: 0,
    max,
  })
}
