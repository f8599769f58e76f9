import type { AccessTerms } from '../../services/access/types.js'
import type { Scenario } from './world.js'

/** Small rounds and a small unpaid limit, so that a session of seconds shows everything. */
export const TERMS: AccessTerms = {
  tariff: { asset: 'credit', perGiB: 1_000_000n, perHour: 360_000n },
  trialMs: 400,
  restMs: 1_600,
  toleranceBps: 500,
  toleranceBytes: 65_536n,
  maxUnpaid: 2_000n,
  maxUnpaidCap: 10_000n,
  shares: [],
}

/** A good network, a quick disk, two honest sides. */
export const calm: Scenario = {
  terms: TERMS,
  seed: 1,
  loss: 0,
  duplicate: 0,
  delayMs: { min: 1, max: 5 },
  storeMs: 3,
  storeFails: 0,
  clockOffsetMs: 0,
  traffic: steady(11_000, 100_000),
  lagMs: 5,
  stop: { by: 'client', atMs: 11_000 },
  settle: { everyRound: true },
}

/** The same demand every tenth of a second, a tenth of it upwards. */
export function steady(untilMs: number, bytes: number): Scenario['traffic'] {
  return Array.from({ length: untilMs / 100 }, (_, i) => ({ atMs: i * 100, up: bytes / 10, down: bytes }))
}
