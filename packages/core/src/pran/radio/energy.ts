import { NOT_NEGATIVE, POSITIVE, UNIT, within } from '../guard.js'

/** A phone's radio: P = up · tu + down · td + base, in mW, with rates in Mbit/s. */
export interface PhoneProfile {
  readonly upMwPerMbps: number
  readonly downMwPerMbps: number
  readonly baseMw: number
}

/** Measured on phones of 2012 (Huang et al., MobiSys): old silicon, hence named so. */
export const PHONES_2012 = {
  lte: { upMwPerMbps: 438.39, downMwPerMbps: 51.97, baseMw: 1288.04 },
  wifi: { upMwPerMbps: 283.17, downMwPerMbps: 137.01, baseMw: 132.86 },
} as const satisfies Readonly<Record<string, PhoneProfile>>

/**
 * Power of a phone that sends and receives.
 * @param upMbps, downMbps - ≥ 0
 * @returns mW
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 */
export function phonePowerMw(profile: PhoneProfile, upMbps: number, downMbps: number): number {
  within('upMbps', upMbps, NOT_NEGATIVE)
  within('downMbps', downMbps, NOT_NEGATIVE)
  return profile.upMwPerMbps * upMbps + profile.downMwPerMbps * downMbps + profile.baseMw
}

/** A base station in the EARTH model, per transceiver chain, in W. */
export interface BaseProfile {
  readonly idleW: number
  readonly slope: number
  readonly maxOutputW: number
  readonly sleepW: number
}

/** EARTH deliverable D2.3 table 8 (reference year 2010). */
export const BASES_2010 = {
  macro: { idleW: 130, slope: 4.7, maxOutputW: 20, sleepW: 75 },
  femto: { idleW: 4.8, slope: 8, maxOutputW: 0.05, sleepW: 2.9 },
} as const satisfies Readonly<Record<string, BaseProfile>>

/**
 * Power drawn by a base station: N_TRX (P0 + Δp · Pout), or N_TRX · Psleep.
 *
 * @param chains - transceiver chains, > 0
 * @param load - share of the maximal output in use, 0..1; `undefined` means asleep
 * @returns W
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 */
export function basePowerW(profile: BaseProfile, chains: number, load: number | undefined): number {
  within('chains', chains, POSITIVE)
  if (load === undefined) return chains * profile.sleepW
  within('load', load, UNIT)
  return chains * (profile.idleW + profile.slope * profile.maxOutputW * load)
}

/** One hop's cost: both ends' power while it carries, its rate. Give the base station's share, not all of it. */
export interface EnergyHop {
  readonly transmitterMw: number
  readonly receiverMw: number
  readonly rateMbps: number
}

/**
 * Energy per bit of a path: Σ (Ptx + Prx) / R over its hops.
 * @returns nJ/bit (1 mW at 1 Mbit/s is 1 nJ/bit)
 * @throws {PranError} `OUT_OF_RANGE` for negative powers and for rates that are not positive; `NOT_A_NUMBER`
 */
export function pathEnergyNjPerBit(hops: readonly EnergyHop[]): number {
  return hops.reduce((sum, hop) => {
    within('transmitterMw', hop.transmitterMw, NOT_NEGATIVE)
    within('receiverMw', hop.receiverMw, NOT_NEGATIVE)
    within('rateMbps', hop.rateMbps, POSITIVE)
    return sum + (hop.transmitterMw + hop.receiverMw) / hop.rateMbps
  }, 0)
}
