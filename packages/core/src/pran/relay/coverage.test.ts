import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../random/index.js'
import { GIANT_COMPONENT_DEGREE, indexPlaces, type Places, relayInRangeProbability } from './index.js'

/** 3.29 standard errors: 99.9 % of honest runs; seeds are fixed, so it passes always or never. */
const Z = 3.29

function poisson(random: Random, mean: number): number {
  let [count, left] = [0, mean]
  for (;;) {
    left += Math.log(1 - random.uniform())
    if (left < 0) return count
    count++
  }
}

function scatter(random: Random, count: number, sideM: number): Places {
  const draw = () => Float64Array.from({ length: count }, () => sideM * random.uniform())
  return { xM: draw(), yM: draw() }
}

describe('relay in range (PRAN-12)', () => {
  it('has the published values', () => {
    const at = (density: number) => relayInRangeProbability(density, 50)
    expect([at(1e-4), at(5e-4), at(1e-3)].map(p => Number(p.toFixed(4)))).toEqual([0.5441, 0.9803, 0.9996])
    expect(() => relayInRangeProbability(-1e-4, 50)).toThrow(/densityPerM2/)
    expect(() => relayInRangeProbability(1e-4, Number.NaN)).toThrow(/rangeM/)
  })

  it.each([1e-4, 2e-4, 5e-4])('agrees with scattered sharers, %d per m²', density => {
    const random = createRandom(17)
    const [side, runs, probes] = [1_000, 40, 50]
    let hits = 0
    for (let run = 0; run < runs; run++) {
      const index = indexPlaces(scatter(random, poisson(random, density * side * side), side))
      for (let probe = 0; probe < probes; probe++) {
        // 50 m from the edges, so that no disc is cut off.
        const inside = () => 50 + (side - 100) * random.uniform()
        if (index.find(inside(), inside(), 1, 50).count > 0) hits++
      }
    }
    const [p, n] = [relayInRangeProbability(density, 50), runs * probes]
    // Probes of one run share their sharers; 2.5 is more than their discs overlap (50 × π 100² / 1000²).
    expect(Math.abs(hits / n - p)).toBeLessThan(Z * Math.sqrt((2.5 * p * (1 - p)) / n))
  })
})

/** Does a chain of hops of length 1 lead from the left edge to the right edge? */
function crosses(random: Random, degree: number, side: number): boolean {
  const places = scatter(random, poisson(random, (degree / Math.PI) * side * side), side)
  const index = indexPlaces(places)
  const seen = new Uint8Array(places.xM.length)
  const open = [...places.xM.keys()].filter(i => (places.xM[i] ?? 0) <= 0.5)
  for (const i of open) seen[i] = 1
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const x = places.xM[at] ?? 0
    if (x >= side - 0.5) return true
    const near = index.find(x, places.yM[at] ?? 0, 64, 1)
    for (let i = 0; i < near.count; i++) {
      const other = near.ids[i] ?? 0
      if (seen[other] === 1) continue
      seen[other] = 1
      open.push(other)
    }
  }
  return false
}

describe('multi-hop percolation (PRAN-12)', () => {
  const share = (degree: number) => {
    const random = createRandom(23)
    const runs = 80
    const hits = Array.from({ length: runs }, () => crosses(random, degree, 25)).filter(Boolean).length
    return { p: hits / runs, margin: Z * Math.sqrt(0.25 / runs) }
  }

  it('crosses a square half of the time at the threshold, within the confidence interval', () => {
    const { p, margin } = share(GIANT_COMPONENT_DEGREE)
    expect(Math.abs(p - 0.5)).toBeLessThan(margin)
  })

  it('seldom below it and mostly above it', () => {
    const [below, above] = [share(GIANT_COMPONENT_DEGREE * 0.85), share(GIANT_COMPONENT_DEGREE * 1.15)]
    expect(below.p + below.margin).toBeLessThan(0.5)
    expect(above.p - above.margin).toBeGreaterThan(0.5)
  })
})
