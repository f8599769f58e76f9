import { defined, type Measured, ROUNDING, type Rounding, undefinedBecause } from '../codes.js'
import { wholeWithin } from '../guard.js'
import { spearman } from '../statistics/index.js'
import { type Factors, FLOW_SCALE, factoredFlows, ONE } from './cash.js'
import { ratioPpm, roundHalfEven } from './money.js'
import { netPresentValue, RATE_SCALE } from './npv.js'
import type { BusinessCase, Triangle } from './types.js'

/** A seeded generator: uniform in [0, 1). */
export interface RandomSource {
  uniform(): number
}

/** Net present value when one factor moves and the others stay at their most likely value. */
export interface Bar {
  readonly factor: string
  readonly atLow: bigint
  readonly atHigh: bigint
  /** |atHigh − atLow| */
  readonly swing: bigint
}

export interface Tornado {
  /** At the most likely value of every factor. */
  readonly base: bigint
  /** Widest first. */
  readonly bars: readonly Bar[]
  readonly rounding: Rounding
}

/** Net present value over many draws of all factors together. */
export interface Simulation {
  readonly draws: number
  readonly mean: bigint
  readonly p5: bigint
  readonly p50: bigint
  readonly p95: bigint
  /** Share of draws with a net present value of 0 or more, millionths. */
  readonly notNegativePpm: bigint
  /** Spearman's rank correlation of each factor with the result; not defined for a factor that never moves. */
  readonly influence: readonly { readonly factor: string; readonly rank: Measured<{ readonly rho: number }> }[]
  readonly rounding: Rounding
}

/** Moves one factor at a time to the ends of its range (VAL-16). */
export function tornado(given: BusinessCase): Tornado {
  const likely: Factors = new Map(entries(given).map(([name, range]) => [name, range.mode]))
  const bars = entries(given).map(([factor, range]) => {
    const atLow = valueAt(given, new Map([...likely, [factor, range.low]]))
    const atHigh = valueAt(given, new Map([...likely, [factor, range.high]]))
    return { factor, atLow, atHigh, swing: atHigh < atLow ? atLow - atHigh : atHigh - atLow }
  })
  bars.sort((a, b) => (a.swing === b.swing ? (a.factor < b.factor ? -1 : 1) : a.swing < b.swing ? 1 : -1))
  return { base: valueAt(given, likely), bars, rounding: ROUNDING.money }
}

/**
 * Draws every factor from its triangle, independently, and values the case each time (VAL-16). Factors are drawn in the
 * order of their names, so that the order in the file changes nothing.
 *
 * @param random - seeded; the same state gives the same result
 * @param draws - 100..100,000
 * @returns not defined if no factor can move
 * @throws {ValuationError} `NOT_A_NUMBER`, `OUT_OF_RANGE`
 */
export function simulateCase(given: BusinessCase, random: RandomSource, draws = 2000): Measured<Simulation> {
  wholeWithin('draws', draws, 100, 100_000)
  const ranges = entries(given)
  if (ranges.every(([, range]) => range.low === range.high)) return undefinedBecause('ZERO_VARIANCE')
  const samples = Array.from({ length: draws }, () => {
    const factors = new Map(ranges.map(([name, range]) => [name, draw(range, random.uniform())]))
    return { factors, value: valueAt(given, factors) }
  })
  const values = samples.map(sample => sample.value)
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const percentile = (share: number) => sorted[Math.ceil(draws * share) - 1] ?? 0n
  const sum = values.reduce((total, value) => total + value, 0n)
  const notNegative = values.filter(value => value >= 0n).length
  return defined({
    draws,
    mean: roundHalfEven(sum, BigInt(draws)),
    p5: percentile(0.05),
    p50: percentile(0.5),
    p95: percentile(0.95),
    notNegativePpm: ratioPpm(BigInt(notNegative), BigInt(draws)),
    influence: ranges.map(([factor]) => ({
      factor,
      rank: spearman(
        samples.map(sample => Number(sample.factors.get(factor) ?? ONE)),
        values.map(Number),
      ),
    })),
    rounding: ROUNDING.money,
  })
}

const entries = (given: BusinessCase) => [...given.uncertainty].sort(([a], [b]) => (a < b ? -1 : 1))

function valueAt(given: BusinessCase, factors: Factors): bigint {
  const nets = factoredFlows(given, factors).map(row => row.direct + row.indirect - row.cost)
  const rate = (given.discountPpm * (factors.get('discountRate') ?? ONE) * RATE_SCALE) / (ONE * ONE)
  return netPresentValue(nets, rate, FLOW_SCALE)
}

/** Inverse of the triangular distribution, rounded to a millionth. */
function draw({ low, mode, high }: Triangle, uniform: number): bigint {
  if (low === high) return low
  const [a, c, b] = [Number(low), Number(mode), Number(high)]
  const bend = (c - a) / (b - a)
  const value =
    uniform < bend ? a + Math.sqrt(uniform * (b - a) * (c - a)) : b - Math.sqrt((1 - uniform) * (b - a) * (b - c))
  return BigInt(Math.round(value))
}
