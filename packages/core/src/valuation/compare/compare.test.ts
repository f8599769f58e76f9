import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leaveOneOutReversals, radarArea, radarSize, ranking, rankReversals, topsis } from './index.js'

const radii = (max: number) => fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 3, maxLength: max })

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]]
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map(rest => [item, ...rest]),
  )
}

describe('radar', () => {
  it('has as order-free area the mean over every order', () => {
    fc.assert(
      fc.property(radii(6), axes => {
        const orders = permutations(axes)
        const brute = orders.reduce((sum, order) => sum + radarArea(order), 0) / orders.length
        expect(radarSize(axes).meanArea).toBeCloseTo(brute, 9)
      }),
      { numRuns: 40 },
    )
  })

  it('does not care for the order of axes, and is the radius itself for a regular plot', () => {
    fc.assert(
      fc.property(radii(9), axes => {
        expect(radarSize([...axes].reverse()).meanArea).toBeCloseTo(radarSize(axes).meanArea, 9)
      }),
    )
    expect(radarSize([4, 4, 4, 4, 4]).meanRadius).toBeCloseTo(4, 12)
  })

  it('refuses fewer than three axes and negative radii', () => {
    expect(() => radarSize([1, 2])).toThrow(expect.objectContaining({ code: 'SHAPE' }))
    expect(() => radarArea([1, 2, -1])).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }))
  })
})

describe('rankings', () => {
  it('name exactly the pairs that turn round', () => {
    const before = new Map(Object.entries({ a: 3, b: 2, c: 1 }))
    expect(ranking(before)).toEqual(['a', 'b', 'c'])
    expect(rankReversals(before, new Map(Object.entries({ a: 3, b: 1, c: 2 })))).toEqual([{ first: 'b', second: 'c' }])
    expect(rankReversals(before, new Map(Object.entries({ a: 2, b: 2, c: 2 })))).toEqual([])
  })

  it('never find a reversal against themselves, and the same number both ways', () => {
    const values = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 5 }))
    fc.assert(
      fc.property(values, values, (x, y) => {
        const [a, b] = [new Map(Object.entries(x)), new Map(Object.entries(y))]
        expect(rankReversals(a, a)).toEqual([])
        expect(rankReversals(a, b)).toHaveLength(rankReversals(b, a).length)
      }),
    )
  })
})

describe('TOPSIS', () => {
  it('puts the best in everything at 1 and the worst in everything at 0', () => {
    expect(
      topsis(
        [
          [5, 5],
          [1, 1],
          [3, 2],
        ],
        [1, 2],
      ),
    ).toMatchObject({ closeness: [1, 0, expect.any(Number)] })
  })

  it('stays within 0 and 1, and puts a perfect alternative at 1', () => {
    const row = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 5 }), rows => {
        const result = topsis(rows, [1, 1, 1])
        if (!result.defined) return
        for (const value of result.closeness) {
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(1)
        }
        const best = rows.map(() => [5, 5, 5]).slice(0, 1)
        const with5 = topsis([...rows, ...best], [1, 1, 1])
        expect(with5.defined && with5.closeness.at(-1)).toBe(1)
      }),
    )
  })

  it('is not defined where all are the same, also if they differ only in what has no weight', () => {
    expect(
      topsis(
        [
          [3, 3],
          [3, 3],
        ],
        [1, 1],
      ),
    ).toMatchObject({ defined: false, reason: 'ZERO_VARIANCE' })
    expect(
      topsis(
        [
          [3, 1],
          [3, 5],
        ],
        [1, 0],
      ),
    ).toMatchObject({ defined: false, reason: 'ZERO_VARIANCE' })
  })

  it('shows where leaving one out turns others round', () => {
    const scores = [
      [2, 4],
      [3, 3],
      [5, 2],
    ]
    const found = leaveOneOutReversals(['a', 'b', 'c'], scores, [1, 1])
    expect(found).toEqual([{ first: 'a', second: 'b', without: 'c' }])
    expect(leaveOneOutReversals(['a', 'b'], scores.slice(0, 2), [1, 1])).toEqual([])
  })

  it('refuses weights that do not fit', () => {
    expect(() => topsis([[1, 2]], [1])).toThrow(expect.objectContaining({ code: 'SHAPE' }))
    expect(() => topsis([[1, 2]], [0, 0])).toThrow(expect.objectContaining({ code: 'SHAPE' }))
    expect(() => topsis([[1, 2]], [1, -1])).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }))
  })
})
