import { CompiledQuery, type Insertable, type Kysely } from 'kysely'
import type { Tables } from './tables.js'

/** Rows per statement, largest first: few statement texts, so that they stay prepared. 128 × 14 columns fit every limit. */
const SIZES = [128, 32, 8, 1] as const

const texts = new WeakMap<object, Map<string, string>>()

/** The text is compiled once per table and size: compiling a statement of 1,000 values costs more than running it. */
function textOf<T extends keyof Tables>(
  db: Kysely<Tables>,
  table: T,
  columns: readonly string[],
  size: number,
): string {
  const executor = db.getExecutor().adapter
  const known = texts.get(executor) ?? new Map<string, string>()
  texts.set(executor, known)
  const key = `${table}/${size}/${columns.join()}`
  const found = known.get(key)
  if (found !== undefined) return found
  const row = Object.fromEntries(columns.map(column => [column, 0])) as Insertable<Tables[T]>
  const text = db.insertInto(table).values(Array<Insertable<Tables[T]>>(size).fill(row)).compile().sql
  known.set(key, text)
  return text
}

/** Inserts rows in few statements; all rows have exactly the members of the first. */
export async function insertRows<T extends keyof Tables>(
  db: Kysely<Tables>,
  table: T,
  rows: readonly Tables[T][],
): Promise<void> {
  const first = rows[0]
  if (first === undefined) return
  const columns = Object.keys(first)
  let at = 0
  for (const size of SIZES) {
    while (rows.length - at >= size) {
      const values = rows.slice(at, at + size).flatMap(row => columns.map(column => row[column as keyof Tables[T]]))
      await db.executeQuery(CompiledQuery.raw(textOf(db, table, columns, size), values))
      at += size
    }
  }
}

/** Splits a list for `in (…)` conditions. */
export function chunks<T>(list: readonly T[], size = 200): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size))
}
