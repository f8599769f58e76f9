export interface Place {
  readonly lat: number
  readonly lon: number
}

const EARTH_RADIUS_M = 6_371_000
const radians = (degrees: number) => (degrees * Math.PI) / 180

/** Great-circle distance in metres (haversine on a sphere: within 0.6 %, enough to show). */
export function distanceM(a: Place, b: Place): number {
  const dLat = radians(b.lat - a.lat)
  const dLon = radians(b.lon - a.lon)
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(dLon / 2) ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** `350 m`, `4.2 km`, `1,204 km`. */
export function formatDistance(metres: number): string {
  if (metres < 1_000) return `${Math.round(metres)} m`
  return metres < 100_000
    ? `${(metres / 1_000).toFixed(1)} km`
    : `${Math.round(metres / 1_000).toLocaleString('en')} km`
}

/** Reads `48.137, 11.575`; `undefined` when the text is not a place on Earth. */
export function parsePlace(text: string): Place | undefined {
  const match = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text)
  if (match === null) return undefined
  const place = { lat: Number(match[1]), lon: Number(match[2]) }
  return Math.abs(place.lat) <= 90 && Math.abs(place.lon) <= 180 ? place : undefined
}
