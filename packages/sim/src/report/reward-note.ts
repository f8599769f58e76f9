import { checkSubsidy, MAX_WEAK_WEIGHT, SCORE_RULE, SCORE_UNIT } from '@conet/core/pran'
import type { Scenario } from '../scenario/index.js'

const GIB = 2n ** 30n
const micro = (credits: number) => BigInt(Math.round(credits * 1e6))

/** Would serving oneself pay under the scenario's rewards (PRAN-16)? What a GB really costs is the operator's part of its price. */
export function rewardNote({ money }: Scenario): string[] {
  const perGB = (micro(money.perGiB) * SCORE_UNIT) / GIB
  const debitPerGb = (perGB * micro(money.operatorShare)) / 1_000_000n
  const checked = checkSubsidy({
    maxRate: micro(money.maxPerGB),
    maxWeightPpm: MAX_WEAK_WEIGHT,
    ratingPpm: SCORE_RULE.ratingPpm,
    debitPerGb,
  })
  if (checked.ok) return []
  const [gain, debit] = [checked.data.gain, checked.data.debit].map(amount => (Number(amount) / 1e6).toFixed(3))
  return [
    `Serving oneself would pay: a GB of fake traffic earns up to ${gain} credits and costs ${debit}. Lower money/maxPerGB or raise money/operatorShare.`,
  ]
}
