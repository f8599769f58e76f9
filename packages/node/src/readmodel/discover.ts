import { ok, type Result } from '@conet/core/errors'
import type { Amount, Did, UnixMillis } from '@conet/core/units'
import { CompiledQuery, type Kysely, sql } from 'kysely'
import { cellsOfPoint, distanceM, EVERYWHERE, type Point } from './cells.js'
import { decodeCursor, encodeCursor, isSqlText, type Place, sqlPrice } from './keys.js'
import { type Page, SORT_COLUMN } from './pages.js'
import type { Tables } from './tables.js'

/** What a search asks for; every member narrows it. */
export interface OfferSearch {
  readonly type: string
  /** Only offers whose area holds the point. */
  readonly point?: Point | undefined
  readonly maxPerGiB?: Amount | undefined
  readonly maxPerHour?: Amount | undefined
  readonly slice?: string | undefined
  readonly provider?: Did | undefined
  /** `price`: one GiB in one hour, cheapest first. `trust`: best history first. `distance`: nearest centre first. */
  readonly sort: 'price' | 'trust' | 'distance'
  readonly cursor?: string | undefined
  /** 1..100 */
  readonly limit: number
}

type Row = Pick<
  Tables['offer_cells'],
  'offer_id' | 'price' | 'trust_rank' | 'lat_e6' | 'lon_e6' | 'radius_m' | 'expires_at'
>

/** Batches read for one page at most: bounds the work when nearly every row of a cell lies outside its circle. */
const MAX_BATCHES = 10
/** Nearest-first looks at the cheapest of each cell: reading all offers of a city to sort them would never end. */
const NEAREST_PER_CELL = 200

/** One ordered, limited read per cell: each is a range of one index, so a crowded cell costs no more than a page. */
function rowsOf(db: Kysely<Tables>, search: OfferSearch, cell: string, after: Place | undefined, limit: number) {
  const column = SORT_COLUMN[search.sort]
  let query = db
    .selectFrom('offer_cells')
    .select(['offer_id', 'price', 'trust_rank', 'lat_e6', 'lon_e6', 'radius_m', 'expires_at'])
    // Everywhere is written out, so that the index of that one cell can be chosen. A bare parameter could stand for it, too:
    // SQLite then plans the whole query again for every value.
    .where('cell', '=', cell === EVERYWHERE ? sql.lit(cell) : sql<string>`cast(${cell} as text)`)
    .where('type', '=', search.type)
  if (search.slice !== undefined) query = query.where('slice', '=', search.slice)
  if (search.provider !== undefined) query = query.where('provider', '=', search.provider)
  if (search.maxPerGiB !== undefined) query = query.where('per_gib', '<=', sqlPrice(search.maxPerGiB))
  if (search.maxPerHour !== undefined) query = query.where('per_hour', '<=', sqlPrice(search.maxPerHour))
  // A metre is 8.993 micro-degrees of latitude: spares the exact check many of the rows that a covering lets through.
  const { point } = search
  if (point !== undefined) query = query.where(sql<boolean>`abs(lat_e6 - ${point.latE6}) <= radius_m * 9 + 10`)
  if (after !== undefined)
    query = query.where(sql<boolean>`(${sql.ref(column)}, offer_id) > (${after[0]}, ${after[1]})`)
  return query.orderBy(column).orderBy('offer_id').limit(limit)
}

/** Byte order, as in the indexes. */
function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function placeOf(search: OfferSearch, row: Row): Place {
  return [row[SORT_COLUMN[search.sort]], row.offer_id]
}

/** A provider's offers are few: they are read together and the distance alone decides. */
function cellsFor(search: OfferSearch): readonly string[] {
  return search.point === undefined || search.provider !== undefined ? [EVERYWHERE] : cellsOfPoint(search.point)
}

/** Texts by shape of the search: putting a union of seventeen parts together costs more than running it. */
const texts = new WeakMap<object, Map<string, string>>()

function textFor(
  db: Kysely<Tables>,
  search: OfferSearch,
  cells: readonly string[],
  after: Place | undefined,
  limit: number,
): string {
  const { slice, provider, maxPerGiB, maxPerHour, point, sort } = search
  const given = [slice, provider, maxPerGiB, maxPerHour, point, after].map(value => value !== undefined)
  const shape = [SORT_COLUMN[sort], cells.length, cells[0] === EVERYWHERE, ...given].join()
  const { adapter } = db.getExecutor()
  const known = texts.get(adapter) ?? new Map<string, string>()
  texts.set(adapter, known)
  const part = (cell: string) => db.selectFrom(rowsOf(db, search, cell, after, limit).as('part')).selectAll()
  const [first = EVERYWHERE, ...others] = cells
  const text = known.get(shape) ?? others.reduce((all, cell) => all.unionAll(part(cell)), part(first)).compile().sql
  known.set(shape, text)
  return text
}

/** In the order of `rowsOf`; the cell of everywhere stands in the text. */
function valuesFor(search: OfferSearch, cell: string, after: Place | undefined, limit: number): unknown[] {
  const { type, slice, provider, maxPerGiB, maxPerHour } = search
  const prices = [maxPerGiB, maxPerHour].map(price => (price === undefined ? undefined : sqlPrice(price)))
  const values = [
    cell === EVERYWHERE ? undefined : cell,
    type,
    slice,
    provider,
    ...prices,
    search.point?.latE6,
    ...(after ?? []),
    limit,
  ]
  return values.filter(value => value !== undefined)
}

async function readRows(
  db: Kysely<Tables>,
  search: OfferSearch,
  after: Place | undefined,
  limit: number,
): Promise<Row[]> {
  const cells = cellsFor(search)
  const values = cells.flatMap(cell => valuesFor(search, cell, after, limit))
  const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(textFor(db, search, cells, after, limit), values))
  return rows
}

/** Whether the offer can be had at the point and the time asked for. */
function fits(search: OfferSearch, row: Row, nowMs: UnixMillis): boolean {
  if (row.expires_at <= nowMs) return false
  if (search.point === undefined) return true
  return distanceM(search.point, { latE6: row.lat_e6, lonE6: row.lon_e6 }) <= row.radius_m
}

async function inOrder(db: Kysely<Tables>, search: OfferSearch, from: Place | undefined, nowMs: UnixMillis) {
  const ids: string[] = []
  // A third of a covering's cells lies inside the circle or more: one batch mostly fills the page.
  const size = search.point === undefined ? search.limit + 1 : search.limit * 3
  let after = from
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const rows = await readRows(db, search, after, size)
    const ordered = rows
      .sort((a, b) => compare(placeOf(search, a)[0], placeOf(search, b)[0]) || compare(a.offer_id, b.offer_id))
      .slice(0, size)
    for (const row of ordered) {
      if (ids.length === search.limit) return { ids, next: after }
      if (fits(search, row, nowMs)) ids.push(row.offer_id)
      after = placeOf(search, row)
    }
    if (rows.length < size) return { ids, next: undefined }
  }
  return { ids, next: after }
}

async function byDistance(db: Kysely<Tables>, search: OfferSearch, from: Place | undefined, nowMs: UnixMillis) {
  const point = search.point ?? { latE6: 0, lonE6: 0 }
  const rows = await readRows(db, search, undefined, NEAREST_PER_CELL)
  const near = rows
    .filter(row => fits(search, row, nowMs))
    .map(row => ({ id: row.offer_id, metres: Math.round(distanceM(point, { latE6: row.lat_e6, lonE6: row.lon_e6 })) }))
    .sort((a, b) => a.metres - b.metres || compare(a.id, b.id))
    .filter(
      ({ id, metres }) =>
        from === undefined || metres > Number(from[0]) || (metres === from[0] && id > String(from[1])),
    )
  const page = near.slice(0, search.limit)
  const last = page.at(-1)
  const more = near.length > page.length && last !== undefined
  return { ids: page.map(row => row.id), next: more ? ([last.metres, last.id] as Place) : undefined }
}

/**
 * Finds offers by type, place, price and slice, a page at a time.
 *
 * A page may be shorter than asked for and still have a `next`, when the work for one page is used up. Sorting by distance
 * needs a point and considers the 200 cheapest offers of each cell around it.
 *
 * @param nowMs - offers that expire by then are left out
 * @returns ids in order, or `CURSOR_INVALID`
 */
export async function discover(
  db: Kysely<Tables>,
  search: OfferSearch,
  nowMs: UnixMillis,
): Promise<Result<Page<string>, 'CURSOR_INVALID'>> {
  const from = search.cursor === undefined ? ok(undefined) : decodeCursor(search.cursor, ['number', 'string'])
  if (!from.ok) return from
  const { type, slice = '', provider = '' } = search
  if (![type, slice, provider].every(isSqlText)) return ok({ items: [], next: null })
  const nearest = search.sort === 'distance' && search.point !== undefined
  const found = await (nearest ? byDistance : inOrder)(db, search, from.value, nowMs)
  return ok({ items: found.ids, next: found.next === undefined ? null : encodeCursor(found.next) })
}
