import { within } from '../guard.js'
import type { GrowthParams, SideParams } from './types.js'

const MAX_RATE = 10
const MAX_MARKET = 1e10
const MAX_MONEY = 1e9

/** Refuses parameters that have no meaning. @throws {ValuationError} `NOT_A_NUMBER`, `OUT_OF_RANGE` with the name */
export function checkGrowth({ users, sharers, operator, reward }: GrowthParams): void {
  checkSide('users', users)
  checkSide('sharers', sharers)
  for (const rate of ['innovation', 'imitation', 'fade'] as const)
    within(`operator.${rate}`, operator[rate], 0, MAX_RATE)
  within('operator.initial', operator.initial, 0, 1)
  within('reward.poolPerUser', reward.poolPerUser, 0, MAX_MONEY)
  within('reward.cap', reward.cap, 1e-6, MAX_MONEY)
  within('reward.half', reward.half, 1e-6, MAX_MONEY)
}

function checkSide(name: string, side: SideParams): void {
  within(`${name}.market`, side.market, 1, MAX_MARKET)
  for (const rate of ['innovation', 'imitation', 'coupling', 'promotion', 'churn'] as const)
    within(`${name}.${rate}`, side[rate], 0, MAX_RATE)
  within(`${name}.initial`, side.initial, 0, side.market)
}
