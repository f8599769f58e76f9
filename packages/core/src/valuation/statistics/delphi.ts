import { defined, type Measured, undefinedBecause } from '../codes.js'
import { interquartileRange, median } from './location.js'

/** When a question needs no further round: IQR ≤ 1 point and the median moved by at most half a point (VAL-7). */
export const DELPHI = { maxIqr: 1, maxShift: 0.5, maxRounds: 3 } as const

/** How one question settled over the interview and its confirmations. */
export interface Convergence {
  readonly medians: readonly number[]
  readonly iqrs: readonly number[]
  /** |Δ median| between the last two rounds. */
  readonly shift: number
  /** Both conditions hold in the last round. */
  readonly converged: boolean
  /** First round (counted from 1, never the first) in which both held; absent if in none. */
  readonly stoppedAt?: number
}

/**
 * Convergence of one question.
 * @param rounds - the answers of each round, in order: interview, first confirmation, second confirmation
 * @returns not defined for one round
 * @throws {ValuationError} `SHAPE` for a round without answers, `NOT_A_NUMBER`
 */
export function convergence(rounds: readonly (readonly number[])[]): Measured<Convergence> {
  if (rounds.length < 2) return undefinedBecause('ONE_ROUND')
  const medians = rounds.map(median)
  const iqrs = rounds.map(interquartileRange)
  const shiftAt = (round: number) => Math.abs((medians[round] ?? 0) - (medians[round - 1] ?? 0))
  const settled = rounds.map(
    (_, round) => round > 0 && (iqrs[round] ?? 0) <= DELPHI.maxIqr && shiftAt(round) <= DELPHI.maxShift,
  )
  const first = settled.indexOf(true)
  return defined({
    medians,
    iqrs,
    shift: shiftAt(rounds.length - 1),
    converged: settled.at(-1) === true,
    ...(first < 0 ? {} : { stoppedAt: first + 1 }),
  })
}
