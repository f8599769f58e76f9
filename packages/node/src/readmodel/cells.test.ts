import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Area, cellsOfPoint, coverCells, distanceM, MAX_CELLS, MAX_LEVEL, type Point } from './cells.js'

const point = fc.record({
  latE6: fc.integer({ min: -90_000_000, max: 90_000_000 }),
  lonE6: fc.integer({ min: -180_000_000, max: 180_000_000 }),
})
const area = fc
  .tuple(point, fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 20_100_000 })))
  .map(([at, radiusM]): Area => ({ ...at, radiusM }))

/** The point at a distance and a bearing from the middle of an area. */
function walk(from: Point, metres: number, bearing: number): Point {
  const angle = metres / 6_371_008.8
  const lat = (from.latE6 / 1e6) * (Math.PI / 180)
  const lon = (from.lonE6 / 1e6) * (Math.PI / 180)
  const lat2 = Math.asin(Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(bearing))
  const y = Math.sin(bearing) * Math.sin(angle) * Math.cos(lat)
  const lon2 = lon + Math.atan2(y, Math.cos(angle) - Math.sin(lat) * Math.sin(lat2))
  const degrees = (lon2 * 180) / Math.PI
  const wrapped = ((((degrees + 180) % 360) + 360) % 360) - 180
  return { latE6: Math.round(((lat2 * 180) / Math.PI) * 1e6), lonE6: Math.round(wrapped * 1e6) }
}

describe('cells', () => {
  it('finds every point of a circle through one of its cells', () => {
    fc.assert(
      fc.property(
        area,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 6.3, noNaN: true }),
        (circle, share, bearing) => {
          const inside = walk(circle, circle.radiusM * share, bearing)
          fc.pre(distanceM(circle, inside) <= circle.radiusM)
          const cover = new Set(coverCells(circle))
          expect(cellsOfPoint(inside).some(cell => cover.has(cell))).toBe(true)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('never needs more than nine cells', () => {
    fc.assert(
      fc.property(area, circle => {
        const cells = coverCells(circle)
        expect(cells.length).toBeLessThanOrEqual(MAX_CELLS)
        expect(new Set(cells).size).toBe(cells.length)
      }),
    )
  })

  it('keeps small circles small: far points share no cell', () => {
    const cover = new Set(coverCells({ latE6: 52_520_000, lonE6: 13_405_000, radiusM: 100 }))
    const far = cellsOfPoint({ latE6: 52_620_000, lonE6: 13_405_000 })
    expect(far.some(cell => cover.has(cell))).toBe(false)
    expect(far).toHaveLength(MAX_LEVEL + 1)
  })

  it('measures known distances', () => {
    const berlin = { latE6: 52_520_008, lonE6: 13_404_954 }
    const paris = { latE6: 48_856_613, lonE6: 2_352_222 }
    expect(distanceM(berlin, paris) / 1_000).toBeCloseTo(877.5, 0)
    expect(distanceM({ latE6: 0, lonE6: 179_999_000 }, { latE6: 0, lonE6: -179_999_000 })).toBeLessThan(250)
  })
})
