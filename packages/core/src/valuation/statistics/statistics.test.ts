import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  averageRanks,
  chiSquareTail,
  convergence,
  interquartileRange,
  kendallW,
  mean,
  median,
  quantile,
  spearman,
  standardDeviation,
  trimmedMean,
} from './index.js'

const scores = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 12 })
const panel = fc
  .tuple(fc.integer({ min: 2, max: 7 }), fc.integer({ min: 2, max: 8 }))
  .chain(([m, n]) =>
    fc.array(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: n, maxLength: n }), { minLength: m, maxLength: m }),
  )

describe('location and spread', () => {
  it('interpolates quantiles and cuts the ends of a trimmed mean', () => {
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75)
    expect(interquartileRange([1, 2, 3, 4])).toBe(1.5)
    expect(median([5, 1, 4])).toBe(4)
    expect(trimmedMean([1, 4, 4, 4, 5])).toBe(4)
    expect(trimmedMean([1, 5, 5])).toBe(mean([1, 5, 5]))
  })

  it('keeps every average inside the answers, and one odd expert cannot move the median far', () => {
    fc.assert(
      fc.property(scores, values => {
        for (const value of [mean(values), median(values), trimmedMean(values)]) {
          expect(value).toBeGreaterThanOrEqual(Math.min(...values))
          expect(value).toBeLessThanOrEqual(Math.max(...values))
        }
        const agreed = [...values.map(() => 3), 3, 1]
        expect(median(agreed)).toBe(3)
      }),
    )
  })

  it('refuses nothing and what is no number', () => {
    expect(() => mean([])).toThrow(expect.objectContaining({ code: 'SHAPE' }))
    expect(() => median([1, Number.NaN])).toThrow(expect.objectContaining({ code: 'NOT_A_NUMBER' }))
    expect(() => quantile([1], 1.5)).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }))
    expect(() => trimmedMean([1], 0.5)).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }))
  })

  it('has no deviation of one answer', () => {
    expect(standardDeviation([4])).toMatchObject({ defined: false, reason: 'ONE_EXPERT' })
    expect(standardDeviation([2, 4])).toMatchObject({ defined: true, value: Math.SQRT2 })
  })
})

describe('ranks', () => {
  it('shares places between equal values', () => {
    expect(averageRanks([4, 2, 4, 1])).toEqual([3.5, 2, 3.5, 1])
    fc.assert(
      fc.property(scores, values => {
        const ranks = averageRanks(values)
        expect(ranks.reduce((sum, rank) => sum + rank, 0)).toBeCloseTo((values.length * (values.length + 1)) / 2, 9)
      }),
    )
  })

  it('correlates by rank, and not at all with a constant', () => {
    expect(spearman([1, 2, 3], [10, 100, 1000])).toMatchObject({ rho: 1 })
    expect(spearman([1, 2, 3], [3, 2, 1])).toMatchObject({ rho: -1 })
    expect(spearman([1, 2, 3], [7, 7, 7])).toMatchObject({ defined: false, reason: 'ZERO_VARIANCE' })
    expect(spearman([1], [1])).toMatchObject({ defined: false, reason: 'ONE_ITEM' })
    expect(() => spearman([1, 2], [1])).toThrow(expect.objectContaining({ code: 'SHAPE' }))
  })
})

describe('Kendall’s W', () => {
  it('is 1 for experts who rank alike and 0 for two who contradict each other', () => {
    expect(
      kendallW([
        [1, 2, 3],
        [2, 3, 5],
      ]),
    ).toMatchObject({ w: 1, p: chiSquareTail(4, 2) })
    expect(
      kendallW([
        [1, 2, 3],
        [3, 2, 1],
      ]),
    ).toMatchObject({ w: 0, p: 1 })
  })

  it('stays within 0 and 1, whatever order experts and items come in', () => {
    fc.assert(
      fc.property(panel, rows => {
        const result = kendallW(rows)
        const turned = kendallW([...rows].reverse().map(row => [...row].reverse()))
        expect(turned.defined).toBe(result.defined)
        if (!result.defined || !turned.defined) return
        expect(result.w).toBeGreaterThanOrEqual(0)
        expect(result.w).toBeLessThanOrEqual(1)
        expect(turned.w).toBeCloseTo(result.w, 12)
        expect(result.chiSquare).toBeCloseTo(result.experts * result.degrees * result.w, 9)
      }),
    )
  })

  it('says why it does not exist', () => {
    expect(kendallW([[1, 2, 3]])).toMatchObject({ defined: false, reason: 'ONE_EXPERT' })
    expect(kendallW([[1], [2]])).toMatchObject({ defined: false, reason: 'ONE_ITEM' })
    expect(
      kendallW([
        [3, 3],
        [4, 4],
      ]),
    ).toMatchObject({ defined: false, reason: 'ZERO_VARIANCE' })
    expect(
      kendallW([
        [3, 3],
        [4, 5],
      ]),
    ).toMatchObject({ defined: true, flatExperts: 1 })
    expect(() => kendallW([[1, 2], [1]])).toThrow(expect.objectContaining({ code: 'SHAPE' }))
    expect(() => kendallW([])).toThrow(expect.objectContaining({ code: 'SHAPE' }))
  })
})

describe('the chi-square tail', () => {
  it('falls from 1 to 0', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 300, noNaN: true }), fc.integer({ min: 1, max: 200 }), (value, degrees) => {
        const tail = chiSquareTail(value, degrees)
        expect(tail).toBeGreaterThanOrEqual(0)
        expect(tail).toBeLessThanOrEqual(1)
        expect(chiSquareTail(value + 1, degrees)).toBeLessThanOrEqual(tail + 1e-12)
      }),
    )
    expect(() => chiSquareTail(-1, 2)).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }))
    expect(() => chiSquareTail(1, 1.5)).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }))
  })
})

describe('convergence of rounds', () => {
  it('stops at the first confirmation that settles the answer', () => {
    const settled = convergence([
      [1, 3, 5],
      [3, 4, 4],
      [4, 4, 4],
    ])
    expect(settled).toMatchObject({ medians: [3, 4, 4], shift: 0, converged: true, stoppedAt: 3 })
  })

  it('never stops at the interview itself', () => {
    const flat = [
      [0, 0],
      [0, 0],
    ]
    expect(convergence(flat)).toMatchObject({ stoppedAt: 2 })
  })

  it('is open while the median moves or answers lie apart', () => {
    expect(
      convergence([
        [3, 3, 3],
        [4, 4, 4],
      ]),
    ).toMatchObject({ converged: false, shift: 1 })
    expect(
      convergence([
        [1, 3, 5],
        [1, 3, 5],
      ]),
    ).toMatchObject({ converged: false, iqrs: [2, 2] })
    expect(
      convergence([
        [3, 4],
        [3, 4],
      ]),
    ).toMatchObject({ converged: true, stoppedAt: 2 })
    expect(convergence([[1, 3, 5]])).toMatchObject({ defined: false, reason: 'ONE_ROUND' })
  })
})
