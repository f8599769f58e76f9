import { SimError } from '../codes.js'
import type { Area, Point } from '../scenario/types.js'

/** Mean length of a degree of latitude (sphere of 6,371 km). */
const METRES_PER_DEGREE = (Math.PI / 180) * 6_371_000

/** Places in degrees as metres from the area's south-west corner. */
export type Projection = (lat: number, lon: number) => Point

/**
 * Equirectangular about the middle of the area: within 0.1 % of the true distance up to some 50 km from the corner, away from the poles.
 * @throws {SimError} `SCENARIO_MALFORMED` if the area has no origin
 */
export function projection(area: Area): Projection {
  const { origin } = area
  if (origin === undefined) {
    throw new SimError('SCENARIO_MALFORMED', 'area/origin is missing: input in degrees needs the south-west corner.', {
      path: 'area/origin',
    })
  }
  const middle = origin.lat + area.heightM / 2 / METRES_PER_DEGREE
  const east = METRES_PER_DEGREE * Math.cos((middle * Math.PI) / 180)
  return (lat, lon) => [(lon - origin.lon) * east, (lat - origin.lat) * METRES_PER_DEGREE]
}

/** Is this a place on Earth? */
export function isPlace(lat: unknown, lon: unknown): boolean {
  return inside(lat, 90) && inside(lon, 180)
}

function inside(degrees: unknown, limit: number): boolean {
  return typeof degrees === 'number' && Number.isFinite(degrees) && Math.abs(degrees) <= limit
}
