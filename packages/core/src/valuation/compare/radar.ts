import { ROUNDING, type Rounding, ValuationError } from '../codes.js'
import { numbers, within } from '../guard.js'

/** Size of a radar plot without the accident of how its axes are ordered. */
export interface RadarSize {
  /** Area in the order given: what a reader sees, and nothing to rank by. */
  readonly area: number
  /** Mean area over every order of the axes. */
  readonly meanArea: number
  /** Radius of the regular polygon with the mean area: in points of the scale. */
  readonly meanRadius: number
  readonly rounding: Rounding
}

/**
 * Area of a radar polygon in the order given: ½ sin(2π/n) Σ r(i) r(i+1). It changes with the order of the axes:
 * [5,1,5,1,5,1] has 12.990 and [5,5,5,1,1,1] 26.847 (VAL-11).
 * @param radii - at least 3, 0 or more each
 * @throws {ValuationError} `SHAPE`, `NOT_A_NUMBER`, `OUT_OF_RANGE`
 */
export function radarArea(radii: readonly number[]): number {
  checkRadii(radii)
  return (
    wedge(radii.length) *
    radii.reduce((sum, radius, index) => sum + radius * (radii[(index + 1) % radii.length] ?? 0), 0)
  )
}

/**
 * Size of a radar polygon. In a random order each pair of axes is adjacent equally often, so the mean area over all
 * orders is ½ sin(2π/n) · n · mean of r(i) r(j) over i ≠ j = ½ sin(2π/n) · ((Σr)² − Σr²) / (n − 1).
 * @throws as `radarArea`
 */
export function radarSize(radii: readonly number[]): RadarSize {
  const area = radarArea(radii)
  const count = radii.length
  const sum = radii.reduce((total, radius) => total + radius, 0)
  const squares = radii.reduce((total, radius) => total + radius ** 2, 0)
  const meanArea = (wedge(count) * Math.max(0, sum ** 2 - squares)) / (count - 1)
  return { area, meanArea, meanRadius: Math.sqrt(meanArea / (wedge(count) * count)), rounding: ROUNDING.none }
}

const wedge = (axes: number) => Math.sin((2 * Math.PI) / axes) / 2

function checkRadii(radii: readonly number[]): void {
  numbers('radii', radii)
  if (radii.length < 3)
    throw new ValuationError('SHAPE', `a radar plot needs at least 3 axes, not ${radii.length}.`, {
      name: 'radii',
      size: radii.length,
      wanted: 3,
    })
  for (const radius of radii) within('radius', radius, 0, 1e9)
}
