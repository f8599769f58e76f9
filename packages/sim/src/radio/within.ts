import { SimError } from '../codes.js'

/** Refuses a number outside a closed interval. @throws {SimError} `OUT_OF_RANGE` */
export function within(
  name: string,
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
): void {
  if (value >= min && value <= max) return
  throw new SimError('OUT_OF_RANGE', `${name} is ${value}: allowed is ${min} to ${max}.`, {
    path: name,
    value,
    min,
    max,
  })
}
