import type { Growth, GrowthParams } from '../growth/index.js'

/** The operator's indicators, as lines of a case; each must be stated, `0` if there is none (VAL-14). */
export const COST_LINES = ['research', 'operation', 'transformation', 'incentive', 'opportunity'] as const
export const DIRECT_LINES = ['coverage', 'utilisation', 'traffic', 'stickiness'] as const
export const INDIRECT_LINES = ['expansion', 'reserve'] as const
export type LineGroup = 'cost' | 'direct' | 'indirect'

/** One line. Amounts are millionths of the currency unit, not negative; what falls due in a period is their sum. */
export interface Line {
  readonly group: LineGroup
  readonly id: string
  /** One per period. */
  readonly fixed: readonly bigint[]
  /** Times the users of the period. */
  readonly perUser: readonly bigint[]
  /** Times the sharers of the period. */
  readonly perSharer: readonly bigint[]
}

/** Range of a factor that multiplies a line, the people or the discount rate; millionths, 1000000n = as stated. */
export interface Triangle {
  readonly low: bigint
  readonly mode: bigint
  readonly high: bigint
}

export interface BusinessCase {
  readonly name: string
  /** True if the numbers are made up to show the method. */
  readonly illustrative: boolean
  readonly currency: string
  /** Word for one period, such as `year`. */
  readonly period: string
  readonly periods: number
  /** Per period, millionths: 80000n is 8 %. */
  readonly discountPpm: bigint
  readonly lines: readonly Line[]
  readonly users: readonly bigint[]
  readonly sharers: readonly bigint[]
  /** Where users and sharers come from, if they were grown and not stated. */
  readonly growth?: { readonly params: GrowthParams; readonly result: Growth }
  /** Factors by name: `cost.incentive`, `direct.coverage`, …, `users`, `sharers`, `discountRate`. */
  readonly uncertainty: ReadonlyMap<string, Triangle>
}
