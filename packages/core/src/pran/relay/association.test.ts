import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../random/index.js'
import { type AssociationStep, associate, indexPlaces, LEAST_AIRTIME, WIDEST } from './index.js'

const coordinate = fc.oneof(fc.double({ min: -100, max: 100, noNaN: true }), fc.integer({ min: -2, max: 2 }))

describe('nearest places', () => {
  it('are those that looking through all of them finds, also when many stand in one spot', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(coordinate, coordinate), { maxLength: 120 }),
        fc.tuple(coordinate, coordinate),
        fc.integer({ min: 1, max: 12 }),
        fc.double({ min: 0, max: 150, noNaN: true }),
        (points, [x, y], k, maxM) => {
          const places = { xM: Float64Array.from(points, p => p[0]), yM: Float64Array.from(points, p => p[1]) }
          const found = indexPlaces(places).find(x, y, k, maxM)
          const all = points.map(p => (p[0] - x) ** 2 + (p[1] - y) ** 2)
          const expected = all.filter(d => d <= maxM * maxM).sort((a, b) => a - b)
          expect([...found.squaredM.slice(0, found.count)]).toEqual(expected.slice(0, k))
          const ids = [...found.ids.slice(0, found.count)]
          expect(new Set(ids).size).toBe(ids.length)
          expect(ids.map(id => all[id])).toEqual(expected.slice(0, k))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('do not look through all pairs when everyone stands in the same place', () => {
    const count = 20_000
    const index = indexPlaces({ xM: new Float64Array(count), yM: new Float64Array(count) })
    let found = 0
    for (let i = 0; i < count; i++) found += index.find(0, 0, 4, 10).count
    expect(found).toBe(4 * count)
  })

  it('refuses places that are nowhere', () => {
    expect(() => indexPlaces({ xM: Float64Array.of(Number.NaN), yM: Float64Array.of(0) })).toThrow(/xM is NaN/)
    expect(() => indexPlaces({ xM: Float64Array.of(1), yM: new Float64Array(0) })).toThrow(/as many y/)
    expect(() => indexPlaces({ xM: Float64Array.of(1), yM: Float64Array.of(1) }, Int32Array.of(3))).toThrow(
      /no place 3/,
    )
  })
})

const rules = {
  cellsMeasured: 4,
  cellRangeM: 5_000,
  noiseDbm: -95,
  neighbourLoad: 0.5,
  enoughMbps: 10,
  relaysTried: 8,
  directRangeM: 120,
  maxHops: 3,
  slots: 2,
}

/** Service up to 300 m from the cell at the origin; direct links of 100 Mbit/s less 0.5 per metre. */
function line(xM: readonly number[], shares: readonly number[], changed: Partial<typeof rules> = {}): AssociationStep {
  return {
    terminals: { xM: Float64Array.from(xM), yM: new Float64Array(xM.length) },
    shares: Uint8Array.from(shares),
    cells: { xM: Float64Array.of(0), yM: Float64Array.of(0) },
    rules: { ...rules, ...changed },
    metric: WIDEST,
    receivedDbm: (_terminal, _cell, distance) => -50 - distance / 10,
    cellRateMbps: sinr => (sinr >= 15 ? 50 : 0),
    directRateMbps: (_from, _to, distance) => 100 - 0.5 * distance,
  }
}

describe('one step of association (PRAN-7)', () => {
  it('reaches through two relays, and says over whom', () => {
    const step = line([250, 350, 440, 2_000], [1, 1, 0, 0])
    const result = associate(step)
    expect([...result.hops]).toEqual([1, 2, 3, 0])
    expect([...result.rateMbps]).toEqual([50, 50, 50, 0])
    expect(result.path(2)).toEqual([2, 1, 0])
    expect([...result.relay]).toEqual([-1, 0, 1, -1])
    expect([...associate(line([250, 350, 440], [1, 1, 0], { maxHops: 2 })).hops]).toEqual([1, 2, 0])
    expect([...associate(line([250, 350, 440], [1, 1, 0], { maxHops: 1 })).hops]).toEqual([1, 0, 0])
  })

  it('gives the slots of a sharer to the links it carries best', () => {
    const result = associate(line([290, 310, 320, 330, 340], [1, 0, 0, 0, 0], { maxHops: 2 }))
    expect([...result.hops]).toEqual(
      [1, 1, 1, 1, 1]
        .map((_, i) => (i < 2 ? 1 : i < 4 ? 2 : 0))
        .with(1, 2)
        .with(3, 0),
    )
  })

  it('every path is made of sharers, ends in service, keeps the hop limit and has the rate it claims', () => {
    const random = createRandom(31)
    const count = 400
    const at = () => Float64Array.from({ length: count }, () => 1_500 * (random.uniform() - 0.5))
    for (const metric of [WIDEST, LEAST_AIRTIME]) {
      const terminals = { xM: at(), yM: at() }
      const shares = Uint8Array.from({ length: count }, () => (random.uniform() < 0.4 ? 1 : 0))
      const step = { ...line([], []), terminals, shares, metric, rules: { ...rules, maxHops: 4 } }
      const result = associate(step)
      let multi = 0
      for (let terminal = 0; terminal < count; terminal++) {
        if ((result.relay[terminal] ?? -1) < 0) continue
        const path = result.path(terminal)
        if (path.length > 2) multi++
        expect(path.length).toBe(result.hops[terminal])
        expect(path.length).toBeLessThanOrEqual(4)
        expect(path.slice(1).every(node => shares[node] === 1)).toBe(true)
        expect(new Set(path).size).toBe(path.length)
        const last = path.at(-1) ?? -1
        let worth = metric.extend(metric.start, result.cellMbps[last] ?? 0)
        for (let i = path.length - 2; i >= 0; i--) {
          const [a, b] = [path[i] ?? 0, path[i + 1] ?? 0]
          const [dx, dy] = [terminals.xM, terminals.yM].map(axis => (axis[a] ?? 0) - (axis[b] ?? 0))
          worth = metric.extend(worth, 100 - 0.5 * Math.hypot(dx ?? 0, dy ?? 0))
        }
        expect(result.relayedMbps[terminal]).toBeCloseTo(metric.rate(worth), 9)
        expect(result.relayedMbps[terminal]).toBeGreaterThan(result.cellMbps[terminal] ?? 0)
      }
      expect(multi).toBeGreaterThan(5)
    }
  })

  it('counts the other measured cells as interference', () => {
    const two = { xM: Float64Array.of(0, 400), yM: new Float64Array(2) }
    const alone = associate({ ...line([100], [0]), cells: two, rules: { ...rules, neighbourLoad: 0 } })
    const loaded = associate({ ...line([100], [0]), cells: two })
    expect(alone.sinrDb[0]).toBeCloseTo(35, 6)
    expect(loaded.sinrDb[0]).toBeCloseTo(-60 - 10 * Math.log10(10 ** -9.5 + 0.5 * 10 ** -8), 6)
    expect(loaded.cell[0]).toBe(0)
  })

  it('refuses rules outside their ranges and missing answers', () => {
    expect(() => associate(line([1], [0], { relaysTried: 0 }))).toThrow(/relaysTried/)
    expect(() => associate(line([1], [0], { directRangeM: -1 }))).toThrow(/directRangeM/)
    expect(() => associate(line([1, 2], [0]))).toThrow(/shares.length/)
  })
})
