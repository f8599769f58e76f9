import { indexPlaces } from '@conet/core/pran'
import { cellToLatLng } from 'h3-js'
import type { Measurement } from './measurements.js'
import type { Hexagon } from './weak.js'

/** Neighbours that foretell a left-out value, by inverse squared distance. */
const NEIGHBOURS = 8
/** Two measurements at one place weigh as if they were this far apart. */
const LEAST_M = 5
/** Farther neighbours say nothing. */
const FAR_M = 5_000
const METRES_PER_DEGREE = (Math.PI / 180) * 6_371_000

/** RMSE of foretelling each measurement from its neighbours. @param levels - dBm, offsets taken off */
export function leavePointOut(measurements: readonly Measurement[], levels: readonly number[]): number | null {
  return rmse(
    measurements.map(({ lat, lon }) => [lat, lon] as const),
    levels,
  )
}

/** RMSE of foretelling each hexagon's median from the hexagons around it. */
export function leaveCellOut(hexagons: readonly Hexagon[]): number | null {
  const places = hexagons.map(({ id }) => cellToLatLng(id))
  return rmse(
    places,
    hexagons.map(({ medianDbm }) => medianDbm),
  )
}

function rmse(places: readonly (readonly [lat: number, lon: number])[], levels: readonly number[]): number | null {
  const [first] = places
  if (first === undefined || places.length < 2) return null
  const east = METRES_PER_DEGREE * Math.cos((first[0] * Math.PI) / 180)
  const plane = {
    xM: Float64Array.from(places, ([, lon]) => (lon - first[1]) * east),
    yM: Float64Array.from(places, ([lat]) => (lat - first[0]) * METRES_PER_DEGREE),
  }
  const index = indexPlaces(plane)
  let [squares, count] = [0, 0]
  levels.forEach((level, i) => {
    const near = index.find(plane.xM[i] ?? 0, plane.yM[i] ?? 0, NEIGHBOURS + 1, FAR_M)
    let [weights, sum] = [0, 0]
    for (let j = 0; j < near.count; j++) {
      const other = near.ids[j] ?? i
      if (other === i) continue
      const weight = 1 / Math.max(LEAST_M * LEAST_M, near.squaredM[j] ?? 0)
      weights += weight
      sum += weight * (levels[other] ?? 0)
    }
    if (weights === 0) return
    squares += (sum / weights - level) ** 2
    count++
  })
  return count === 0 ? null : Math.sqrt(squares / count)
}
