import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ahpMatrixFromUpper, ahpWeights, entropyWeights, equalWeights, importanceWeights } from './index.js'

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe('analytic hierarchy process', () => {
  it('gives back the weights of a matrix that agrees with itself', () => {
    const positive = fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(positive, raw => {
        const result = ahpWeights(raw.map(a => raw.map(b => a / b)))
        raw.forEach((value, index) => {
          expect(result.weights[index]).toBeCloseTo(value / sum(raw), 9)
        })
        expect(result.consistencyRatio).toBeLessThan(1e-9)
        expect(result.consistent).toBe(true)
      }),
    )
  })

  it('flags comparisons that go round in a circle', () => {
    const circle = ahpWeights(ahpMatrixFromUpper([[9, 1 / 9], [9]]))
    expect(circle.consistent).toBe(false)
    expect(circle.consistencyRatio).toBeGreaterThan(1)
    expect(sum(circle.weights)).toBeCloseTo(1, 12)
  })

  it('refuses what is no comparison matrix', () => {
    expect(() =>
      ahpWeights([
        [1, 3],
        [3, 1],
      ]),
    ).toThrow(expect.objectContaining({ code: 'AHP_NOT_RECIPROCAL' }))
    expect(() => ahpWeights([[2]])).toThrow(expect.objectContaining({ code: 'AHP_NOT_RECIPROCAL' }))
    expect(() =>
      ahpWeights([
        [1, 0],
        [0, 1],
      ]),
    ).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }))
    expect(() => ahpWeights([[1, 2, 3]])).toThrow(expect.objectContaining({ code: 'SHAPE' }))
    expect(() => ahpWeights(new Array(11).fill(new Array(11).fill(1)))).toThrow(
      expect.objectContaining({ code: 'SHAPE' }),
    )
    expect(() => ahpMatrixFromUpper([[3], [3]])).toThrow(expect.objectContaining({ code: 'SHAPE' }))
  })

  it('names the place of a contradiction', () => {
    const wrong = () =>
      ahpWeights([
        [1, 2, 4],
        [0.5, 1, 2],
        [0.5, 0.5, 1],
      ])
    expect(wrong).toThrow(/comparison 1,3 is 4, so 3,1 must be 0.25/)
  })
})

describe('entropy', () => {
  const table = fc.tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 6 })).chain(([rows, columns]) =>
    fc.array(fc.array(fc.double({ min: 1, max: 5, noNaN: true }), { minLength: columns, maxLength: columns }), {
      minLength: rows,
      maxLength: rows,
    }),
  )

  it('sums to 1 and gives nothing to a criterion that tells nothing apart', () => {
    fc.assert(
      fc.property(table, rows => {
        const { weights, fallback } = entropyWeights(rows.map(row => [...row, 3]))
        expect(sum(weights)).toBeCloseTo(1, 9)
        for (const weight of weights) expect(weight).toBeGreaterThanOrEqual(0)
        if (fallback === undefined) expect(weights.at(-1)).toBeLessThan(1e-3)
      }),
    )
    expect(
      entropyWeights([
        [1, 3],
        [5, 3],
      ]).weights,
    ).toEqual([1, 0])
  })

  it('says that equal weights stand in where nothing varies', () => {
    expect(
      entropyWeights([
        [3, 4],
        [3, 4],
      ]),
    ).toMatchObject({ weights: [0.5, 0.5], fallback: expect.stringMatching(/^equal/) })
  })

  it('refuses one alternative and scores of 0', () => {
    expect(() => entropyWeights([[1, 2]])).toThrow(expect.objectContaining({ code: 'SHAPE' }))
    expect(() =>
      entropyWeights([
        [0, 2],
        [1, 2],
      ]),
    ).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }))
  })
})

describe('simple weights', () => {
  it('are equal, or in proportion to importance', () => {
    expect(equalWeights(4)).toEqual([0.25, 0.25, 0.25, 0.25])
    expect(importanceWeights([1, 3])).toEqual([0.25, 0.75])
    expect(() => equalWeights(0)).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }))
    expect(() => importanceWeights([0, 1])).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }))
  })
})
