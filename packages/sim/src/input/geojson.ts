import { SimError } from '../codes.js'
import { CELL_MODEL } from '../radio/cell-models.js'
import type { CellRadio, Point, Wall } from '../scenario/types.js'
import { isPlace, type Projection } from './project.js'

type Raw = Readonly<Record<string, unknown>>

interface Feature {
  readonly path: string
  readonly geometry: Raw
  readonly properties: Raw
}

/** A site as a scenario's `cells` take it. */
export interface Site {
  readonly xM: number
  readonly yM: number
  readonly offsetDb: number
  readonly backhaulMbps: number
}

/**
 * Sites from a FeatureCollection of Points. Properties that count: `powerDbm` (0–80, default the scenario's), `frequencyGHz` (must be
 * the scenario's), `backhaulMbps`.
 *
 * @param text - GeoJSON (RFC 7946)
 * @throws {SimError} `GEOJSON_MALFORMED`, `OUT_OF_RANGE`, `FREQUENCY_OUT_OF_RANGE`, each with `data.path`
 */
export function sitesFromGeoJson(text: string, project: Projection, radio: CellRadio): Site[] {
  const sites = features(text).map(({ path, geometry, properties }) => {
    if (geometry.type !== 'Point') throw broken(`${path}/geometry/type`, 'Point')
    const [xM, yM] = position(geometry.coordinates, `${path}/geometry/coordinates`, project)
    const powerDbm = property(properties, 'powerDbm', path, 0, 80) ?? radio.powerDbm
    checkCarrier(properties, path, radio)
    const backhaulMbps = property(properties, 'backhaulMbps', path, 0.01, 1e6) ?? 10_000
    return { xM, yM, offsetDb: powerDbm - radio.powerDbm, backhaulMbps }
  })
  if (sites.length === 0) throw broken('features', 'at least one site')
  return sites
}

/**
 * Buildings from Polygons and MultiPolygons; rings of courtyards are walls as well.
 * @throws {SimError} `GEOJSON_MALFORMED` with `data.path`
 */
export function wallsFromGeoJson(text: string, project: Projection): Wall[] {
  return features(text).flatMap(({ path, geometry }) => {
    const at = `${path}/geometry/coordinates`
    if (geometry.type === 'Polygon') return rings(geometry.coordinates, at, project)
    if (geometry.type === 'MultiPolygon') {
      return items(geometry.coordinates, at).flatMap((polygon, i) => rings(polygon, `${at}/${i}`, project))
    }
    throw broken(`${path}/geometry/type`, 'Polygon or MultiPolygon')
  })
}

function checkCarrier(properties: Raw, path: string, radio: CellRadio): void {
  const value = property(properties, 'frequencyGHz', path, 0.001, 10_000)
  if (value === undefined) return
  const { min, max } = CELL_MODEL[radio.model].frequencyGHz
  const where = `${path}/properties/frequencyGHz`
  if (value < min || value > max) {
    const message = `${where} is ${value}: ${CELL_MODEL[radio.model].source} covers ${min} to ${max} GHz.`
    throw new SimError('FREQUENCY_OUT_OF_RANGE', message, { path: where, value, min, max })
  }
  if (value !== radio.frequencyGHz) throw broken(where, `${radio.frequencyGHz}, the carrier of the scenario`)
}

function features(text: string): Feature[] {
  const root = object(parse(text), '')
  if (root.type !== 'FeatureCollection') throw broken('type', 'FeatureCollection')
  return items(root.features, 'features').map((entry, i) => {
    const path = `features/${i}`
    const feature = object(entry, path)
    if (feature.type !== 'Feature') throw broken(`${path}/type`, 'Feature')
    const properties = feature.properties === null ? {} : object(feature.properties ?? {}, `${path}/properties`)
    return { path, geometry: object(feature.geometry, `${path}/geometry`), properties }
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new SimError('GEOJSON_MALFORMED', `this is no JSON: ${String(cause)}`, { path: '' }, cause)
  }
}

/** A polygon's rings, without the position that repeats the first (RFC 7946 clause 3.1.6). */
function rings(value: unknown, path: string, project: Projection): Wall[] {
  return items(value, path).map((ring, i) => {
    const points = items(ring, `${path}/${i}`).map((one, j) => position(one, `${path}/${i}/${j}`, project))
    const [first, last] = [points[0], points.at(-1)]
    const closed = first !== undefined && last !== undefined && first[0] === last[0] && first[1] === last[1]
    if (points.length < 4 || !closed) throw broken(`${path}/${i}`, 'a closed ring of at least four positions')
    return points.slice(0, -1)
  })
}

function position(value: unknown, path: string, project: Projection): Point {
  const [lon, lat] = items(value, path)
  if (!isPlace(lat, lon)) throw broken(path, 'longitude and latitude in degrees')
  return project(Number(lat), Number(lon))
}

function property(properties: Raw, name: string, path: string, min: number, max: number): number | undefined {
  const value = properties[name]
  if (value === undefined || value === null) return undefined
  const at = `${path}/properties/${name}`
  if (typeof value !== 'number') throw broken(at, 'a number')
  if (value >= min && value <= max) return value
  throw new SimError('OUT_OF_RANGE', `${at} is ${value}: allowed is ${min} to ${max}.`, { path: at, value, min, max })
}

function object(value: unknown, path: string): Raw {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Raw
  throw broken(path, 'an object')
}

function items(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw broken(path, 'a list')
}

function broken(path: string, expected: string): SimError {
  return new SimError('GEOJSON_MALFORMED', `GeoJSON: ${path || 'the file'} must be ${expected}.`, { path })
}
