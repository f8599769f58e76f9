import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  ahpMatrixFromUpper,
  ahpWeights,
  bassPeak,
  bassShare,
  caseFromJson,
  chiSquareTail,
  entropyWeights,
  kendallW,
  netPresentValue,
  poissonCoverage,
  radarSize,
  reportCase,
  topsis,
} from './index.js'

type Table = readonly (readonly number[])[]
interface Vectors {
  readonly kendall: readonly {
    name: string
    rows: Table
    w: number
    chiSquare: number
    degrees: number
    p: number
    digits: number
  }[]
  readonly chiSquareTail: readonly { value: number; degrees: number; tail: number }[]
  readonly ahp: readonly {
    matrix: readonly (readonly string[])[]
    upper: Table
    weights: readonly number[]
    lambdaMax: number
    consistencyRatio: number
    digits: number
  }[]
  readonly entropy: readonly { rows: Table; entropies: readonly number[]; weights: readonly number[] }[]
  readonly topsis: readonly { rows: Table; weights: readonly number[]; closeness: readonly number[] }[]
  readonly radar: readonly { radii: readonly number[]; area: number; meanArea: number; digits: number }[]
  readonly bass: readonly { innovation: number; imitation: number; time: number; share: number; peak: number }[]
  readonly coverage: readonly { rangeM: number; perM2: number; share: number }[]
  readonly npv: readonly { nets: readonly string[]; ratePpm: string; unitsPerResult: string; npv: string }[]
  readonly case: { case: string; npv: string; valueOverCost: string; gainOverCost: string; breakEven: number }
  readonly growth: {
    case: string
    users: readonly number[]
    sharers: readonly number[]
    effort: readonly number[]
  }
}

const folder = new URL('../../../../vectors/', import.meta.url)
const load = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
const vectors: Vectors = load('valuation-checks.json')
const fraction = (text: string) =>
  text
    .split('/')
    .map(Number)
    .reduce((top, bottom) => top / bottom)

describe('vectors/valuation-checks.json', () => {
  it.each(vectors.kendall)('Kendall’s W of $name: $w, χ² $chiSquare', ({ rows, w, chiSquare, degrees, p, digits }) => {
    const result = kendallW(rows)
    if (!result.defined) throw new Error(result.text)
    expect(result.w).toBeCloseTo(w, digits)
    expect(result.chiSquare).toBeCloseTo(chiSquare, digits)
    expect(result.p).toBeCloseTo(p, digits)
    expect(result.degrees).toBe(degrees)
  })

  it.each(vectors.chiSquareTail)('χ² tail of $value with $degrees degrees', ({ value, degrees, tail }) => {
    expect(Math.abs(chiSquareTail(value, degrees) / tail - 1)).toBeLessThan(1e-10)
  })

  it.each(vectors.ahp)('AHP weights $weights', ({ matrix, upper, weights, lambdaMax, consistencyRatio, digits }) => {
    for (const rows of [matrix.map(row => row.map(fraction)), ahpMatrixFromUpper(upper)]) {
      const result = ahpWeights(rows)
      weights.forEach((weight, index) => {
        expect(result.weights[index]).toBeCloseTo(weight, digits)
      })
      expect(result.lambdaMax).toBeCloseTo(lambdaMax, digits)
      expect(result.consistencyRatio).toBeCloseTo(consistencyRatio, digits)
      expect(result.consistent).toBe(true)
    }
  })

  it.each(vectors.entropy)('entropy weights $weights', ({ rows, entropies, weights }) => {
    const result = entropyWeights(rows)
    weights.forEach((weight, index) => {
      expect(result.weights[index]).toBeCloseTo(weight, 10)
      expect(result.entropies[index]).toBeCloseTo(entropies[index] ?? 0, 12)
    })
  })

  it.each(vectors.topsis)('TOPSIS closeness $closeness', ({ rows, weights, closeness }) => {
    const result = topsis(rows, weights)
    if (!result.defined) throw new Error(result.text)
    closeness.forEach((value, index) => {
      expect(result.closeness[index]).toBeCloseTo(value, 12)
    })
  })

  it.each(vectors.radar)('radar $radii: area $area', ({ radii, area, meanArea, digits }) => {
    const size = radarSize(radii)
    expect(size.area).toBeCloseTo(area, digits)
    expect(size.meanArea).toBeCloseTo(meanArea, digits)
  })

  it.each(vectors.bass)('Bass F($time) = $share', ({ innovation, imitation, time, share, peak }) => {
    expect(bassShare(time, innovation, imitation)).toBeCloseTo(share, 5)
    expect(bassPeak(innovation, imitation)).toBeCloseTo(peak, 4)
  })

  it.each(vectors.coverage)('coverage of $perM2 per m²: $share', ({ rangeM, perM2, share }) => {
    expect(poissonCoverage(1e6, rangeM)(perM2 * 1e6)).toBeCloseTo(share, 4)
  })

  it.each(vectors.npv)('NPV of $nets', ({ nets, ratePpm, unitsPerResult, npv }) => {
    const flows = nets.map(net => BigInt(net) * BigInt(unitsPerResult))
    expect(netPresentValue(flows, BigInt(ratePpm) * 1_000_000n)).toBe(BigInt(npv))
  })

  it('the illustrative case: NPV, return and break-even to the last digit', () => {
    const { npv, roi, breakEven } = reportCase(caseFromJson(load(vectors.case.case)))
    expect(npv).toBe(BigInt(vectors.case.npv))
    expect(roi).toMatchObject({
      valueOverCost: BigInt(vectors.case.valueOverCost),
      gainOverCost: BigInt(vectors.case.gainOverCost),
    })
    expect(breakEven).toEqual({ period: vectors.case.breakEven, lasting: true })
  })

  it('the growth of the illustrative case, against another integration method', () => {
    const points = caseFromJson(load(vectors.growth.case)).growth?.result.points.slice(1) ?? []
    expect(points).toHaveLength(vectors.growth.users.length)
    points.forEach((point, index) => {
      expect(Math.abs(point.users / (vectors.growth.users[index] ?? 0) - 1)).toBeLessThan(1e-7)
      expect(Math.abs(point.sharers / (vectors.growth.sharers[index] ?? 0) - 1)).toBeLessThan(1e-7)
      expect(Math.abs(point.effort / (vectors.growth.effort[index] ?? 0) - 1)).toBeLessThan(1e-5)
    })
  })
})
