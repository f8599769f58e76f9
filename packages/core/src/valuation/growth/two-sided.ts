import { InvariantError } from '../../errors/index.js'
import { ROUNDING, type Rounding } from '../codes.js'
import { wholeWithin } from '../guard.js'
import { checkGrowth } from './check.js'
import { type Coverage, coverageAt } from './coverage.js'
import { pullOf, rewardPerSharer } from './reward.js'
import type { GrowthParams, GrowthPoint, SideParams } from './types.js'

/**
 * Fourth-order steps of a 64th of a period: errors far below one person for rates up to 1 per period, and no overshoot
 * up to the highest rates allowed, as five of 10 each give 50 / 64 < 1.
 */
const STEPS_PER_PERIOD = 64
/** How far rounding may carry a state past its market, as a share of it. */
const OVERSHOOT = 1e-6

export interface Growth {
  /** The start, then the end of each period: `periods` + 1 points. */
  readonly points: readonly (GrowthPoint & { readonly coverage: number; readonly reward: number })[]
  readonly rounding: Rounding
}

/**
 * Two sides and an operator that lift each other (VAL-18):
 *
 * U' = (pu + qu U/Mu + γu cov(S) + κu E)(Mu − U) − χu U
 * S' = (ps + qs S/Ms + γs a(R) + κs E)(Ms − S) − χs S, with R the reward of one sharer, a(R) = R/(R + half)
 * E' = (pe + qe (U/Mu + S/Ms)/2)(1 − E) − χe E
 *
 * @param coverage - share of users in reach for S sharers; the one parameter that radio and business have in common
 * @param periods - 1..1000
 * @throws {ValuationError} `NOT_A_NUMBER`, `OUT_OF_RANGE`, `COVERAGE_RANGE`
 */
export function grow(params: GrowthParams, coverage: Coverage, periods: number): Growth {
  checkGrowth(params)
  wholeWithin('periods', periods, 1, 1000)
  const rate = (point: GrowthPoint) => change(point, params, coverage)
  let point: GrowthPoint = {
    users: params.users.initial,
    sharers: params.sharers.initial,
    effort: params.operator.initial,
  }
  const points = [point]
  for (let period = 1; period <= periods; period += 1) {
    for (let step = 0; step < STEPS_PER_PERIOD; step += 1)
      point = bounded(rungeKutta(point, rate, 1 / STEPS_PER_PERIOD), params, period)
    points.push(point)
  }
  return {
    points: points.map(one => ({
      ...one,
      coverage: coverageAt(coverage, one.sharers),
      reward: rewardPerSharer(one, params.reward),
    })),
    rounding: ROUNDING.none,
  }
}

function change(point: GrowthPoint, params: GrowthParams, coverage: Coverage): GrowthPoint {
  const { users, sharers, operator, reward } = params
  const use = (point.users / users.market + point.sharers / sharers.market) / 2
  return {
    users: side(users, point.users, point.effort, coverageAt(coverage, Math.max(0, point.sharers))),
    sharers: side(sharers, point.sharers, point.effort, pullOf(rewardPerSharer(point, reward), reward)),
    effort: (operator.innovation + operator.imitation * use) * (1 - point.effort) - operator.fade * point.effort,
  }
}

function side(params: SideParams, people: number, effort: number, pull: number): number {
  const drawn =
    params.innovation + (params.imitation * people) / params.market + params.coupling * pull + params.promotion * effort
  return drawn * (params.market - people) - params.churn * people
}

function rungeKutta(at: GrowthPoint, rate: (point: GrowthPoint) => GrowthPoint, step: number): GrowthPoint {
  const a = rate(at)
  const b = rate(moved(at, a, step / 2))
  const c = rate(moved(at, b, step / 2))
  const d = rate(moved(at, c, step))
  const mixed = (key: keyof GrowthPoint) => at[key] + (step / 6) * (a[key] + 2 * b[key] + 2 * c[key] + d[key])
  return { users: mixed('users'), sharers: mixed('sharers'), effort: mixed('effort') }
}

const moved = (at: GrowthPoint, by: GrowthPoint, step: number): GrowthPoint => ({
  users: at.users + step * by.users,
  sharers: at.sharers + step * by.sharers,
  effort: at.effort + step * by.effort,
})

function bounded(point: GrowthPoint, { users, sharers }: GrowthParams, period: number): GrowthPoint {
  return {
    users: clamp(point.users, users.market, period),
    sharers: clamp(point.sharers, sharers.market, period),
    effort: clamp(point.effort, 1, period),
  }
}

/** Rounding may pass a bound by a hair; more than that is a defect, never hidden. */
function clamp(value: number, most: number, period: number): number {
  if (value >= -OVERSHOOT * most && value <= most * (1 + OVERSHOOT)) return Math.min(most, Math.max(0, value))
  throw new InvariantError('growth-within-market', `${value} of ${most} in period ${period}`)
}
