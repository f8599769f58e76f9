import { GIANT_COMPONENT_DEGREE, indexPlaces, relayInRangeProbability } from '@conet/core/pran'
import { createRandom } from '@conet/core/pran/random'
import { describe, expect, it } from 'vitest'
import { Radio } from '../radio/index.js'
import { estimate, studentT } from '../statistics/index.js'
import { small } from '../testing/scenario.js'
import { createTerminals } from './terminals.js'

/** As many as a Poisson process would place: knots of exponential steps. */
function poisson(seed: number, mean: number): number {
  const random = createRandom(seed)
  let [count, left] = [0, mean]
  for (;;) {
    left += Math.log(1 - random.uniform())
    if (left < 0) return count
    count++
  }
}

/** The simulator's own placing of terminals over a square. */
function scatter(seed: number, count: number, sideM: number) {
  const scenario = small({
    area: { widthM: sideM, heightM: sideM },
    cells: [{ xM: 1, yM: 1 }],
    terminals: [{ name: 'sharers', count: Math.max(1, count) }],
  })
  return createTerminals(scenario, OPEN, seed)
}

/** Nothing is built here: placing asks the radio only for walls. */
const OPEN = new Radio(small(), 1)

describe('range formula (PRAN-12)', () => {
  const side = 600

  it.each([
    [1e-4, 0.5441],
    [5e-4, 0.9803],
    [1e-3, 0.9996],
  ])(
    'terminals placed by the simulator have a sharer within 50 m as often as 1 − e^(−λπr²) says: %d per m², %d',
    (density, expected) => {
      expect(relayInRangeProbability(density, 50)).toBeCloseTo(expected, 4)
      const shares = Array.from({ length: 100 }, (_, run) => {
        const index = indexPlaces(scatter(run, poisson(run + 100, density * side * side), side))
        const random = createRandom(1_000 + run)
        let hits = 0
        for (let probe = 0; probe < 200; probe++) {
          const inside = () => 50 + (side - 100) * random.uniform()
          if (index.find(inside(), inside(), 1, 50).count > 0) hits++
        }
        return hits / 200
      })
      const { mean, sd, n } = estimate(shares)
      // 99.9 % of honest runs; seeds are fixed, so it passes always or never.
      const half = (studentT(n - 1, 0.999) * (sd ?? 0)) / Math.sqrt(n)
      // Where every probe hits, the sample shows no spread: the rule of three bounds what 20,000 probes can tell.
      const least = 3 / 20_000
      expect(Math.abs(mean - expected)).toBeLessThanOrEqual(Math.max(half, least))
    },
  )
})

/** Share of the terminals in the largest component of discs that see each other. */
function largestShare(seed: number, degree: number): number {
  const [side, rangeM] = [2_000, 60]
  const places = scatter(seed, poisson(seed, (degree / (Math.PI * rangeM * rangeM)) * side * side), side)
  const index = indexPlaces(places)
  const seen = new Uint8Array(places.count)
  let largest = 0
  for (let start = 0; start < places.count; start++) {
    if (seen[start] === 1) continue
    seen[start] = 1
    const group = [start]
    for (let at = 0; at < group.length; at++) {
      const one = group[at] ?? start
      const near = index.find(places.xM[one] ?? 0, places.yM[one] ?? 0, 64, rangeM)
      for (let i = 0; i < near.count; i++) {
        const other = near.ids[i] ?? 0
        if (seen[other] === 1) continue
        seen[other] = 1
        group.push(other)
      }
    }
    largest = Math.max(largest, group.length)
  }
  return largest / places.count
}

describe('giant component (PRAN-12)', () => {
  const at = (factor: number) =>
    estimate(Array.from({ length: 12 }, (_, seed) => largestShare(seed, factor * GIANT_COMPONENT_DEGREE)))

  it('does not exist below λπr² ≈ 4.512, exists above it, and the half lies between', () => {
    const [below, above] = [at(0.8), at(1.2)]
    expect(below.high).toBeLessThan(0.25)
    expect(above.low).toBeGreaterThan(0.75)
    const threshold = at(1)
    expect(threshold.mean).toBeGreaterThan(below.mean)
    expect(threshold.mean).toBeLessThan(above.mean)
  })
})
