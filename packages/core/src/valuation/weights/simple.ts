import { numbers, wholeWithin, within } from '../guard.js'

/** The same weight for each of `count` criteria. @throws {ValuationError} `OUT_OF_RANGE`, `NOT_A_NUMBER` */
export function equalWeights(count: number): number[] {
  wholeWithin('count', count, 1, 1000)
  return new Array<number>(count).fill(1 / count)
}

/** Weights in proportion to importance. @param means - above 0 each @throws {ValuationError} `SHAPE`, `NOT_A_NUMBER`, `OUT_OF_RANGE` */
export function importanceWeights(means: readonly number[]): number[] {
  numbers('importance', means)
  for (const value of means) within('importance', value, Number.MIN_VALUE, 1e9)
  const total = means.reduce((sum, value) => sum + value, 0)
  return means.map(value => value / total)
}
