/** A point in micro-degrees (10^-6 degree, about 0.11 m): whole numbers, the same on every database. */
export interface Point {
  readonly latE6: number
  readonly lonE6: number
}

/** A circle on the globe. */
export interface Area extends Point {
  readonly radiusM: number
}

/** Mean radius of the Earth in metres (IUGG). */
const EARTH_M = 6_371_008.8
/** Finest level: 360° / 2^16 is 611 m at the equator, below which the exact distance decides. */
export const MAX_LEVEL = 16
/** A circle fits into 3 × 3 cells at some level; more cells than that cost more rows than they save in tests. */
export const MAX_CELLS = 9
/** The cell that holds every offer: where searches without a place look. */
export const EVERYWHERE = '*'

const RADIANS = Math.PI / 180

/**
 * Distance over the surface of a sphere (haversine).
 *
 * @returns metres, 0..20,015,115
 */
export function distanceM(a: Point, b: Point): number {
  const lat1 = (a.latE6 / 1e6) * RADIANS
  const lat2 = (b.latE6 / 1e6) * RADIANS
  const dLat = lat2 - lat1
  const dLon = ((b.lonE6 - a.lonE6) / 1e6) * RADIANS
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin(dLon / 2) ** 2
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** Degrees of the box around a circle; `dLon` 180 means every longitude. */
function box(area: Area): { south: number; north: number; dLon: number } {
  const lat = area.latE6 / 1e6
  // One metre more, so that rounding to micro-degrees never leaves the rim outside.
  const angle = (area.radiusM + 1) / EARTH_M
  const dLat = angle / RADIANS
  const south = lat - dLat
  const north = lat + dLat
  if (south <= -90 || north >= 90) return { south: Math.max(-90, south), north: Math.min(90, north), dLon: 180 }
  return { south, north, dLon: Math.asin(Math.sin(angle) / Math.cos(lat * RADIANS)) / RADIANS }
}

function rowOf(lat: number, level: number): number {
  const count = 2 ** level
  return Math.min(count - 1, Math.max(0, Math.floor(((90 - lat) / 180) * count)))
}

/** Not wrapped: the caller counts columns across the date line. */
function columnOf(lon: number, level: number): number {
  return Math.floor(((lon + 180) / 360) * 2 ** level)
}

/** Quadkey: one digit per level, so that a cell's ancestors are its prefixes. The leading `q` names the root. */
function quadkey(column: number, row: number, level: number): string {
  let key = 'q'
  for (let bit = level - 1; bit >= 0; bit--) {
    key += ((column >> bit) & 1) + 2 * ((row >> bit) & 1)
  }
  return key
}

function cellsAt(level: number, south: number, north: number, west: number, east: number): string[] | undefined {
  const count = 2 ** level
  const firstRow = rowOf(north, level)
  const lastRow = rowOf(south, level)
  const first = columnOf(west, level)
  const columns = Math.min(count, columnOf(east, level) - first + 1)
  if (columns * (lastRow - firstRow + 1) > MAX_CELLS) return undefined
  const cells: string[] = []
  for (let row = firstRow; row <= lastRow; row++) {
    for (let i = 0; i < columns; i++) cells.push(quadkey((((first + i) % count) + count) % count, row, level))
  }
  return cells
}

/**
 * Cells that together contain a circle, all of one level: the finest at which at most `MAX_CELLS` do.
 *
 * @param area - micro-degrees and metres; any radius, also across the date line and over a pole
 */
export function coverCells(area: Area): string[] {
  const { south, north, dLon } = box(area)
  const lon = area.lonE6 / 1e6
  for (let level = MAX_LEVEL; level > 0; level--) {
    const cells = cellsAt(level, south, north, lon - dLon, lon + dLon)
    if (cells !== undefined) return cells
  }
  return ['q']
}

/** The cell of a point at every level, the finest first: every circle that holds the point was covered by one of them. */
export function cellsOfPoint(point: Point): string[] {
  const lon = point.lonE6 / 1e6
  const column = Math.min(2 ** MAX_LEVEL - 1, columnOf(lon, MAX_LEVEL))
  const key = quadkey(column, rowOf(point.latE6 / 1e6, MAX_LEVEL), MAX_LEVEL)
  return Array.from({ length: MAX_LEVEL + 1 }, (_, i) => key.slice(0, key.length - i))
}
