import type { SatellitePass } from '../scenario/types.js'
import { within } from './within.js'

/** Mean radius of the Earth and its gravitational parameter (WGS 84). */
const EARTH_KM = 6_371
const MU_KM3_S2 = 398_600.4418

/** Carriers that TR 38.811 looks at, and slant ranges from low orbits to the geostationary one. */
export const SATELLITE_RANGE = {
  frequencyGHz: { min: 0.5, max: 100 },
  distanceM: { min: 100_000, max: 42_000_000 },
  baseHeightM: { min: 0, max: 200 },
  terminalHeightM: { min: 0.5, max: 100 },
} as const

/**
 * Free space: 32.45 + 20 log f + 20 log d.
 * @param frequencyGHz - 0.5–100
 * @param distanceM - slant range, 100–42,000 km
 * @returns dB
 * @throws {SimError} `OUT_OF_RANGE`
 * @see TR 38.811 clause 6.6.2
 */
export function freeSpaceLossDb(frequencyGHz: number, distanceM: number): number {
  within('frequencyGHz', frequencyGHz, SATELLITE_RANGE.frequencyGHz)
  within('distanceM', distanceM, SATELLITE_RANGE.distanceM)
  return 32.45 + 20 * Math.log10(frequencyGHz) + 20 * Math.log10(distanceM)
}

/** Where a satellite stands, seen from the area. */
export interface Sighting {
  readonly elevationDeg: number
  readonly slantM: number
}

/**
 * Elevation and slant range during one pass of a circular orbit over a resting Earth.
 *
 * The angle at the Earth's centre follows from the highest elevation and the time to culmination (spherical Pythagoras); an
 * overhead pass of a low orbit is over in minutes, so the Earth's own turn is left out.
 *
 * @param timeS - of the scenario
 * @see TR 38.811 clause 6.6.2 for the slant range
 */
export function sighting(pass: SatellitePass, timeS: number): Sighting {
  const orbitKm = EARTH_KM + pass.altitudeKm
  const rate = Math.sqrt(MU_KM3_S2 / orbitKm ** 3)
  const closest = centralAngle(pass.maxElevationDeg, orbitKm)
  const angle = Math.acos(Math.cos(closest) * Math.cos(rate * (timeS - pass.culminationS)))
  const slantKm = Math.sqrt(EARTH_KM ** 2 + orbitKm ** 2 - 2 * EARTH_KM * orbitKm * Math.cos(angle))
  const sine = (orbitKm * Math.cos(angle) - EARTH_KM) / slantKm
  return { elevationDeg: (Math.asin(Math.max(-1, Math.min(1, sine))) * 180) / Math.PI, slantM: slantKm * 1_000 }
}

/** Angle at the Earth's centre between the place and the point below the satellite. */
function centralAngle(elevationDeg: number, orbitKm: number): number {
  const elevation = (elevationDeg * Math.PI) / 180
  return Math.acos((EARTH_KM / orbitKm) * Math.cos(elevation)) - elevation
}
