import type { GrowthPoint, RewardParams } from './types.js'

/**
 * Reward of one sharer per period: the pool (users × what each puts in × effort) over the sharers, bent so that it
 * approaches `cap` and never passes it. Rises with users and effort, falls with the number of sharers.
 */
export function rewardPerSharer(point: GrowthPoint, params: RewardParams): number {
  const share = (params.poolPerUser * point.effort * point.users) / Math.max(1, point.sharers)
  return share === 0 ? 0 : (params.cap * share) / (params.cap + share)
}

/** Pull of a reward on people who do not share yet, 0..1. */
export function pullOf(reward: number, params: RewardParams): number {
  return reward / (reward + params.half)
}
