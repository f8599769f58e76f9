import { createRandom } from '@conet/core/pran/random'
import type { Area } from '../scenario/types.js'

/** A standard normal value for every place, alike at places that are near to each other. */
export interface Field {
  at(xM: number, yM: number): number
}

/**
 * A Gaussian field with R = e^(−(|Δx| + |Δy|)/d) (TR 38.901 clause 7.4.4 along each axis): first-order autoregression over
 * the rows and columns of a lattice, straight lines between its nodes, scaled so that the variance is 1 everywhere.
 *
 * All terminals share it: two at one place see the same walls, and a map is drawn from the same field that they move through.
 *
 * @param correlationM - d, m
 * @param mostNodes - bounds memory: the lattice is a quarter of d apart, or as much as this many nodes allow
 */
export function correlatedField(seed: number, area: Area, correlationM: number, mostNodes: number): Field {
  const spacing = Math.max(correlationM / 4, Math.sqrt((area.widthM * area.heightM) / mostNodes))
  const columns = Math.ceil(area.widthM / spacing) + 2
  const rows = Math.ceil(area.heightM / spacing) + 2
  const kept = Math.exp(-spacing / correlationM)
  return new Lattice(nodes(seed, columns, rows, kept), columns, rows, spacing, kept)
}

function nodes(seed: number, columns: number, rows: number, kept: number): Float32Array {
  const random = createRandom(seed)
  const fresh = Math.sqrt(1 - kept * kept)
  const values = new Float32Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    let along = random.gaussian()
    for (let column = 0; column < columns; column++) {
      if (column > 0) along = kept * along + fresh * random.gaussian()
      const at = row * columns + column
      values[at] = row === 0 ? along : kept * (values[at - columns] ?? 0) + fresh * along
    }
  }
  return values
}

class Lattice implements Field {
  constructor(
    private readonly values: Float32Array,
    private readonly columns: number,
    private readonly rows: number,
    private readonly spacing: number,
    private readonly kept: number,
  ) {}

  at(xM: number, yM: number): number {
    const { columns, rows, spacing, kept, values } = this
    const u = Math.min(columns - 1.001, Math.max(0, xM / spacing))
    const v = Math.min(rows - 1.001, Math.max(0, yM / spacing))
    const [left, low] = [Math.floor(u), Math.floor(v)]
    const [fx, fy] = [u - left, v - low]
    const at = low * columns + left
    const below = (values[at] ?? 0) * (1 - fx) + (values[at + 1] ?? 0) * fx
    const above = (values[at + columns] ?? 0) * (1 - fx) + (values[at + columns + 1] ?? 0) * fx
    const variance = (1 - 2 * fx * (1 - fx) * (1 - kept)) * (1 - 2 * fy * (1 - fy) * (1 - kept))
    return (below * (1 - fy) + above * fy) / Math.sqrt(variance)
  }
}

/** Probability that a standard normal value is below z (Abramowitz and Stegun 26.2.17, error below 7.5e-8). */
export function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  const upper = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly
  return z > 0 ? 1 - upper : upper
}
