import { describe, expect, it } from 'vitest'
import { estimate, incompleteBeta, logGamma, meanOf, studentT, sumOf } from './index.js'

describe('Student’s t', () => {
  it.each([
    [1, 12.7062],
    [2, 4.3027],
    [4, 2.7764],
    [9, 2.2622],
    [29, 2.0452],
    [1_000, 1.9623],
  ])('has the published 95 %% quantile for %d degrees of freedom', (freedom, t) => {
    expect(studentT(freedom, 0.95)).toBeCloseTo(t, 4)
  })

  it('rests on functions with known values', () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12)
    expect(logGamma(10)).toBeCloseTo(Math.log(362_880), 12)
    expect(incompleteBeta(0.3, 1, 1)).toBeCloseTo(0.3, 12)
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1])
  })
})

describe('an estimate', () => {
  it('is the mean with its interval', () => {
    const { mean, sd, low, high, n } = estimate([1, 2, 3, 4, 5])
    expect([mean, n]).toEqual([3, 5])
    expect(sd).toBeCloseTo(1.5811, 4)
    expect(low).toBeCloseTo(3 - 1.9632, 4)
    expect(high).toBeCloseTo(3 + 1.9632, 4)
  })

  it('of one seed has no interval, and of equal values an empty one', () => {
    expect(estimate([4])).toEqual({ mean: 4, sd: null, low: null, high: null, n: 1 })
    expect(estimate([2, 2])).toEqual({ mean: 2, sd: 0, low: 2, high: 2, n: 2 })
  })

  it('adds and averages lists', () => {
    expect(meanOf([[1, 2], [3, 6]])).toEqual([2, 4]) // biome-ignore format: two seeds
    expect(sumOf([[1, 2], [3]])).toEqual([4, 2])
  })
})
