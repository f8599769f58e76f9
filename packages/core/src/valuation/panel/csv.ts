import { ValuationError } from '../codes.js'

/** 16 MiB and 200,000 rows: a thousand experts with every question in three rounds. */
export const CSV_LIMITS = { characters: 2 ** 24, rows: 200_000 } as const

/**
 * Reads comma-separated text as RFC 4180 has it: quotes only around a whole field, doubled inside it, every row with as
 * many fields as the first. A byte order mark in front and single line feeds are accepted, as spreadsheets write them.
 *
 * @returns rows of fields; an empty text has no rows
 * @throws {ValuationError} `CSV_MALFORMED` with row and column counted from 1, `PANEL_TOO_LARGE`
 */
export function parseCsv(text: string): string[][] {
  if (text.length > CSV_LIMITS.characters) throw tooLarge('characters')
  const reader = new Reader(text.startsWith('\uFEFF') ? text.slice(1) : text)
  const rows: string[][] = []
  while (!reader.done()) {
    if (rows.length >= CSV_LIMITS.rows) throw tooLarge('rows')
    rows.push(reader.row(rows.length + 1, rows[0]?.length))
  }
  return rows
}

function tooLarge(what: keyof typeof CSV_LIMITS): ValuationError {
  return new ValuationError('PANEL_TOO_LARGE', `the table has more than ${CSV_LIMITS[what]} ${what}.`, {
    limit: CSV_LIMITS[what],
    what,
  })
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  done(): boolean {
    return this.#at >= this.#text.length
  }

  row(row: number, width: number | undefined): string[] {
    const fields: string[] = []
    for (;;) {
      fields.push(this.#field(row, fields.length + 1))
      const next = this.#text[this.#at]
      this.#at += 1
      if (next !== ',') break
    }
    if (width !== undefined && fields.length !== width)
      throw malformed(
        row,
        Math.min(fields.length, width) + 1,
        `the row has ${fields.length} fields, the first ${width}`,
      )
    return fields
  }

  /** Leaves the position at the comma, the line feed or the end. */
  #field(row: number, column: number): string {
    return this.#text[this.#at] === '"' ? this.#quoted(row, column) : this.#bare(row, column)
  }

  #bare(row: number, column: number): string {
    const start = this.#at
    while (!this.done() && this.#text[this.#at] !== ',' && this.#text[this.#at] !== '\n') this.#at += 1
    const raw = this.#text.slice(start, this.#at)
    const field = this.#text[this.#at] !== ',' && raw.endsWith('\r') ? raw.slice(0, -1) : raw
    if (field.includes('"')) throw malformed(row, column, 'a quote stands inside an unquoted field')
    if (field.includes('\r')) throw malformed(row, column, 'a carriage return stands without a line feed')
    return field
  }

  #quoted(row: number, column: number): string {
    let field = ''
    for (;;) {
      const end = this.#text.indexOf('"', this.#at + 1)
      if (end < 0) throw malformed(row, column, 'the quote is never closed')
      field += this.#text.slice(this.#at + 1, end)
      this.#at = end + 1
      if (this.#text[this.#at] !== '"') break
      field += '"'
    }
    if (this.#text.startsWith('\r\n', this.#at)) this.#at += 1
    if (!this.done() && this.#text[this.#at] !== ',' && this.#text[this.#at] !== '\n')
      throw malformed(row, column, 'text follows the closing quote')
    return field
  }
}

function malformed(row: number, column: number, why: string): ValuationError {
  return new ValuationError('CSV_MALFORMED', `row ${row}, column ${column}: ${why}.`, { row, column, why })
}
