import { ValuationError } from './codes.js'

/** Refuses what is not a finite number in the closed range. @throws {ValuationError} `NOT_A_NUMBER`, `OUT_OF_RANGE` */
export function within(name: string, value: number, min: number, max: number): void {
  if (!Number.isFinite(value))
    throw new ValuationError('NOT_A_NUMBER', `${name} is ${value}: give a number from ${min} to ${max}.`, { name })
  if (value >= min && value <= max) return
  throw new ValuationError('OUT_OF_RANGE', `${name} is ${value}: give a number from ${min} to ${max}.`, {
    name,
    value,
    min,
    max,
  })
}

/** Refuses what is not a whole number in the range. @throws {ValuationError} `NOT_A_NUMBER`, `OUT_OF_RANGE` */
export function wholeWithin(name: string, value: number, min: number, max: number): void {
  within(name, value, min, max)
  if (!Number.isInteger(value))
    throw new ValuationError('OUT_OF_RANGE', `${name} is ${value}: give a whole number from ${min} to ${max}.`, {
      name,
      value,
      min,
      max,
    })
}

/** Refuses an empty list and anything in it that is not finite. @throws {ValuationError} `SHAPE`, `NOT_A_NUMBER` */
export function numbers(name: string, values: readonly number[], least = 1): void {
  if (values.length < least)
    throw new ValuationError('SHAPE', `${name} has ${values.length} values: at least ${least} are needed.`, {
      name,
      size: values.length,
      wanted: least,
    })
  for (const value of values)
    if (!Number.isFinite(value)) throw new ValuationError('NOT_A_NUMBER', `${name} holds ${value}.`, { name })
}

/** Refuses rows of different length or with anything not finite. @throws {ValuationError} `SHAPE`, `NOT_A_NUMBER` */
export function matrix(name: string, rows: readonly (readonly number[])[]): { height: number; width: number } {
  const width = rows[0]?.length ?? 0
  if (width === 0) throw new ValuationError('SHAPE', `${name} is empty.`, { name, size: 0, wanted: 1 })
  for (const row of rows) {
    numbers(name, row)
    if (row.length !== width)
      throw new ValuationError('SHAPE', `${name} has rows of ${width} and of ${row.length} values.`, {
        name,
        size: row.length,
        wanted: width,
      })
  }
  return { height: rows.length, width }
}
