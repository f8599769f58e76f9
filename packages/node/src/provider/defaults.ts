import type { RiskLimits } from './ports.js'
import { DEFAULT_TRIAL_LIMITS } from './trials.js'

/** Limits of an owner who says nothing about them. */
export const DEFAULT_RISK_LIMITS: RiskLimits = {
  trials: DEFAULT_TRIAL_LIMITS,
  maxStrangers: 1_000,
  maxSessions: 20_000,
  // 1,000 credits.
  maxExposure: 1_000_000_000n,
}
