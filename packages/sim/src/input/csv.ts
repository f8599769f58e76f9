import { CsvError, parse } from 'csv-parse/sync'
import { type SimCode, SimError } from '../codes.js'

export type Row = Readonly<Record<string, string>>

/** How a table's errors are called, and which file of a feed it is. */
export interface TableErrors {
  readonly file: string
  readonly column: SimCode
  readonly row: SimCode
}

/**
 * Rows of a CSV with a header; header names are compared in lower case.
 * @throws {SimError} `errors.column` for a missing column, `errors.row` for text that is no CSV
 */
export function readTable(text: string, needed: readonly string[], errors: TableErrors): Row[] {
  let head: readonly string[] = []
  const columns = (names: string[]) => {
    head = names.map(name => name.trim().toLowerCase())
    return [...head]
  }
  try {
    const rows = parse(text, {
      bom: true,
      columns,
      skip_empty_lines: true,
      trim: true,
      max_record_size: 100_000,
    }) as Row[]
    const missing = needed.find(name => !head.includes(name))
    if (missing === undefined) return rows
    const message = `${errors.file} has no column "${missing}": needed are ${needed.join(', ')}.`
    throw new SimError(errors.column, message, { file: errors.file, column: missing })
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    throw new SimError(errors.row, `${errors.file} is no CSV: ${cause.message}`, { file: errors.file }, cause)
  }
}

/** A number of a row in a closed interval. @param index - from 0; messages count lines, the header being 1 */
export function cellNumber(
  row: Row,
  index: number,
  column: string,
  min: number,
  max: number,
  errors: TableErrors,
): number {
  const text = row[column] ?? ''
  const value = text === '' ? Number.NaN : Number(text)
  if (value >= min && value <= max) return value
  const message = `${errors.file}, line ${index + 2}: ${column} is "${text}", not a number from ${min} to ${max}.`
  throw new SimError(errors.row, message, { file: errors.file, row: index + 2, column })
}
