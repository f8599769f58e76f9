export { type ChallengeBid, type ChallengeWinner, runChallenge } from './challenge.js'
export {
  type CollusionFlag,
  concentrated,
  herfindahlPpm,
  movingTogether,
  reciprocal,
  type ServedPair,
  type Sighting,
  type TogetherRule,
  tooFast,
} from './collusion.js'
export { PPM, type Ppm } from './fixed.js'
export {
  checkSubsidy,
  connectionFee,
  largestRemainder,
  type Payout,
  payout,
  SCORE_UNIT,
  type SplitPay,
  type SubsidyPolicy,
  splitPay,
} from './payout.js'
export {
  annuity,
  type HalvingSchedule,
  type PoolStep,
  poolIncome,
  type SurgeRule,
  scheduled,
  stepPool,
  surgePpm,
} from './pool.js'
export {
  type CoverageSample,
  MAX_WEAK_WEIGHT,
  QUALITY_RULE,
  type QualityRule,
  qualityPpm,
  type ServiceMeasure,
  WEAK_TIERS,
  weakWeightPpm,
} from './quality.js'
export {
  cappedBytes,
  countedBytes,
  type PairBytes,
  type RaterHistory,
  raterBiasPpm,
  ratingEffectPpm,
  SCORE_RULE,
  type ScoreRule,
  sessionScore,
  type VerifiedSession,
} from './score.js'
export { MAX_STANDBY_PPM, type Standby, type StandbyRule, standbyPay } from './standby.js'
