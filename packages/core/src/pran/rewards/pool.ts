import type { Amount } from '../../units/index.js'
import { bigWithin } from '../guard.js'
import { clampBig, leastOf, MAX_COUNT, PPM, type Ppm } from './fixed.js'

/** A schedule that halves: S0 · 2^(−⌊t/T⌋). */
export interface HalvingSchedule {
  /** S0, micro-credits per epoch. */
  readonly first: Amount
  /** T, epochs between halvings, ≥ 1. */
  readonly every: bigint
}

/**
 * What the schedule gives in an epoch, rounded down. Sums to at most 2 · S0 · T over all time.
 * @param epoch - t ≥ 0
 * @throws {PranError} `OUT_OF_RANGE`
 * @see docs/spec/pran.md PRAN-19
 */
export function scheduled({ first, every }: HalvingSchedule, epoch: bigint): Amount {
  bigWithin('first', first, 0n, MAX_COUNT)
  bigWithin('every', every, 1n, MAX_COUNT)
  bigWithin('epoch', epoch, 0n, MAX_COUNT)
  const halvings = epoch / every
  return halvings > 95n ? 0n : first >> halvings
}

export interface PoolStep {
  /** E: what may be paid out now. */
  readonly emission: Amount
  readonly balance: Amount
}

/**
 * One epoch of a pool: Bal' = Bal − E + I with E = min(schedule, θ · Bal), 0 ≤ θ ≤ 1; never below zero.
 *
 * @param income - I, micro-credits ≥ 0
 * @param drawPpm - θ
 * @throws {PranError} `OUT_OF_RANGE`
 */
export function stepPool(balance: Amount, schedule: Amount, income: Amount, drawPpm: Ppm): PoolStep {
  bigWithin('balance', balance, 0n, MAX_COUNT)
  bigWithin('schedule', schedule, 0n, MAX_COUNT)
  bigWithin('income', income, 0n, MAX_COUNT)
  bigWithin('drawPpm', drawPpm, 0n, PPM)
  const emission = leastOf(schedule, (balance * drawPpm) / PPM)
  return { emission, balance: balance - emission + income }
}

/**
 * What a site costs per year when its price is paid back over its life with interest.
 *
 * Exact for whole numbers: capex · r (1 + r)^n / ((1 + r)^n − 1), rounded down; without interest capex / n.
 *
 * @param ratePpm - r per year, 0–1,000,000
 * @param years - n, 1–100
 * @throws {PranError} `OUT_OF_RANGE`
 */
export function annuity(capex: Amount, ratePpm: Ppm, years: bigint): Amount {
  bigWithin('capex', capex, 0n, MAX_COUNT)
  bigWithin('ratePpm', ratePpm, 0n, PPM)
  bigWithin('years', years, 1n, 100n)
  if (ratePpm === 0n) return capex / years
  const growth = (PPM + ratePpm) ** years
  return (capex * ratePpm * growth) / (PPM * (growth - PPM ** years))
}

/**
 * Pool income I = φ · (avoided sites × annuity + avoided operating cost), rounded down.
 * @param sharePpm - φ, share of the saving that the operator gives, 0–1,000,000
 * @throws {PranError} `OUT_OF_RANGE`
 */
export function poolIncome(avoidedSites: bigint, siteAnnuity: Amount, avoidedOpex: Amount, sharePpm: Ppm): Amount {
  bigWithin('avoidedSites', avoidedSites, 0n, MAX_COUNT)
  bigWithin('siteAnnuity', siteAnnuity, 0n, MAX_COUNT)
  bigWithin('avoidedOpex', avoidedOpex, 0n, MAX_COUNT)
  bigWithin('sharePpm', sharePpm, 0n, PPM)
  return ((avoidedSites * siteAnnuity + avoidedOpex) * sharePpm) / PPM
}

/** How strongly demand raises pay. */
export interface SurgeRule {
  /** η ≥ 0. */
  readonly slopePpm: Ppm
  /** m_max ≥ 1. */
  readonly maxPpm: Ppm
}

/**
 * Surge factor m = clip(1 + η (demand/supply − 1), 1, m_max); m_max when nobody supplies and someone demands. The bounty pays it.
 * @returns ppm, ≥ 1,000,000
 * @throws {PranError} `OUT_OF_RANGE`
 */
export function surgePpm(demand: bigint, supply: bigint, rule: SurgeRule): Ppm {
  bigWithin('demand', demand, 0n, MAX_COUNT)
  bigWithin('supply', supply, 0n, MAX_COUNT)
  bigWithin('slopePpm', rule.slopePpm, 0n, 1_000n * PPM)
  bigWithin('maxPpm', rule.maxPpm, PPM, 1_000n * PPM)
  if (demand <= supply) return PPM
  if (supply === 0n) return rule.maxPpm
  return clampBig(PPM + (rule.slopePpm * (demand - supply)) / supply, PPM, rule.maxPpm)
}
