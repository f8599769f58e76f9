import { ROUNDING, type Rounding } from '../codes.js'
import { type Coverage, coverageAt } from './coverage.js'
import { rewardPerSharer } from './reward.js'
import type { GrowthParams, GrowthPoint } from './types.js'

/** What each party gets at one moment. The forms are ours, the directions are the paper's (X1, VAL-19). */
export interface PartyValues {
  /** Per user, 0..1: share in reach, half of which rests on the operator's effort (security, support, billing). */
  readonly user: number
  /** Per sharer and period, currency units. */
  readonly sharer: number
  /** Users served. */
  readonly operator: number
  readonly rounding: Rounding
}

/** Values of the three parties at one moment. @throws {ValuationError} `COVERAGE_RANGE` */
export function partyValues(point: GrowthPoint, params: GrowthParams, coverage: Coverage): PartyValues {
  const reach = coverageAt(coverage, point.sharers)
  return {
    user: (reach * (1 + point.effort)) / 2,
    sharer: rewardPerSharer(point, params.reward),
    operator: point.users * reach * (1 + point.effort),
    rounding: ROUNDING.none,
  }
}

/** Change of one party's value when another party grows by one hundredth. */
export interface CrossEffects {
  readonly userFromSharers: number
  readonly userFromOperator: number
  readonly sharerFromUsers: number
  readonly sharerFromOperator: number
  readonly operatorFromUsers: number
  readonly operatorFromSharers: number
  /** X1: every one of the six is above 0. */
  readonly allRise: boolean
}

/**
 * X1 at one moment: does each party's value rise with the other two? It does not where a market is empty, coverage is
 * complete, or nothing goes into the pool.
 * @throws {ValuationError} `COVERAGE_RANGE`
 */
export function crossEffects(point: GrowthPoint, params: GrowthParams, coverage: Coverage): CrossEffects {
  const base = partyValues(point, params, coverage)
  const raised = (key: keyof GrowthPoint) => partyValues({ ...point, [key]: point[key] * 1.01 }, params, coverage)
  const [users, sharers, effort] = [raised('users'), raised('sharers'), raised('effort')]
  const effects = {
    userFromSharers: sharers.user - base.user,
    userFromOperator: effort.user - base.user,
    sharerFromUsers: users.sharer - base.sharer,
    sharerFromOperator: effort.sharer - base.sharer,
    operatorFromUsers: users.operator - base.operator,
    operatorFromSharers: sharers.operator - base.operator,
  }
  return { ...effects, allRise: Object.values(effects).every(effect => effect > 0) }
}
