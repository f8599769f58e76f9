import { defined, type Measured, undefinedBecause } from '../codes.js'
import { numbers, within } from '../guard.js'

/** `mean` is the paper's mode, the others are robust against one expert who answers unlike the rest (VAL-6). */
export const AGGREGATES = ['mean', 'median', 'trimmed'] as const
export type Aggregate = (typeof AGGREGATES)[number]

/** Share cut from each end by the trimmed mean: of 5 to 9 experts, the lowest and the highest answer. */
export const TRIM_SHARE = 0.2

/** Arithmetic mean. @throws {ValuationError} `SHAPE` if empty, `NOT_A_NUMBER` */
export function mean(values: readonly number[]): number {
  numbers('values', values)
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/**
 * Quantile by linear interpolation between order statistics (Hyndman and Fan type 7).
 * @param share - 0..1
 * @throws {ValuationError} `SHAPE`, `NOT_A_NUMBER`, `OUT_OF_RANGE`
 */
export function quantile(values: readonly number[], share: number): number {
  numbers('values', values)
  within('share', share, 0, 1)
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const low = sorted[Math.floor(place)] ?? 0
  const high = sorted[Math.ceil(place)] ?? low
  return low + (high - low) * (place - Math.floor(place))
}

/** The 0.5 quantile. @throws as `quantile` */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Distance between the quartiles. @throws as `quantile` */
export function interquartileRange(values: readonly number[]): number {
  return quantile(values, 0.75) - quantile(values, 0.25)
}

/**
 * Mean after cutting ⌊n · share⌋ values from each end. Too few values to cut leave the plain mean: with 4 or fewer and
 * the default share nothing is cut.
 * @param share - 0 to below 0.5
 * @throws {ValuationError} `SHAPE`, `NOT_A_NUMBER`, `OUT_OF_RANGE`
 */
export function trimmedMean(values: readonly number[], share = TRIM_SHARE): number {
  within('share', share, 0, 0.499)
  const sorted = [...values].sort((a, b) => a - b)
  const cut = Math.floor(sorted.length * share)
  return mean(sorted.slice(cut, sorted.length - cut))
}

/** Sample standard deviation (divided by n − 1); not defined for one value. @throws {ValuationError} `SHAPE`, `NOT_A_NUMBER` */
export function standardDeviation(values: readonly number[]): Measured<{ readonly value: number }> {
  const centre = mean(values)
  if (values.length < 2) return undefinedBecause('ONE_EXPERT')
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
  return defined({ value: Math.sqrt(squares / (values.length - 1)) })
}

/** One number for a list, in the mode asked for. @throws {ValuationError} `SHAPE`, `NOT_A_NUMBER` */
export function aggregate(mode: Aggregate, values: readonly number[]): number {
  if (mode === 'mean') return mean(values)
  return mode === 'median' ? median(values) : trimmedMean(values)
}
