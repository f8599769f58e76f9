import { finite, UNIT, wholeWithin, within } from '../guard.js'

/** IEEE 802.11ax table 27-71 ff.: data sub-carriers of one full-band user, per bandwidth in MHz. */
export const HE_SUBCARRIERS = { 20: 234, 40: 468, 80: 980, 160: 1960 } as const
export type HeBandwidthMHz = keyof typeof HE_SUBCARRIERS
/** Guard interval in µs. */
export type HeGuardUs = 0.8 | 1.6 | 3.2

/** HE-MCS 0–11: bits of one symbol, code rate, SNR in dB for 10 % packet errors (1,458 bytes). */
export const HE_MCS: readonly { readonly bits: number; readonly codeRate: number; readonly snrDb: number }[] = [
  { bits: 1, codeRate: 1 / 2, snrDb: -0.63 },
  { bits: 2, codeRate: 1 / 2, snrDb: 2.4 },
  { bits: 2, codeRate: 3 / 4, snrDb: 4.86 },
  { bits: 4, codeRate: 1 / 2, snrDb: 7.92 },
  { bits: 4, codeRate: 3 / 4, snrDb: 10.94 },
  { bits: 6, codeRate: 2 / 3, snrDb: 15.12 },
  { bits: 6, codeRate: 3 / 4, snrDb: 16.48 },
  { bits: 6, codeRate: 5 / 6, snrDb: 18 },
  { bits: 8, codeRate: 3 / 4, snrDb: 21.68 },
  { bits: 8, codeRate: 5 / 6, snrDb: 23.48 },
  { bits: 10, codeRate: 3 / 4, snrDb: 26.79 },
  { bits: 10, codeRate: 5 / 6, snrDb: 28.89 },
]

/** Symbol without guard interval, µs. */
const SYMBOL_US = 12.8
/** What is left of the air rate above the MAC. An assumption, so every function takes it as a parameter. */
export const MAC_EFFICIENCY = 0.6

/** The best HE-MCS whose SNR is reached, −1 if none. @throws {PranError} `NOT_A_NUMBER` */
export function heMcs(snrDb: number): number {
  if (snrDb !== -Infinity) finite('snrDb', snrDb)
  return HE_MCS.findLastIndex(row => snrDb >= row.snrDb)
}

/**
 * Air rate of one Wi-Fi HE link: N_SD · bits · R · N_SS / (12.8 µs + GI).
 *
 * @param mcs - −1 (nothing can be sent) to 11
 * @param streams - spatial streams, 1–8
 * @returns Mbit/s
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_WHOLE`, `NOT_A_NUMBER`
 * @see IEEE 802.11ax clause 27.5
 */
export function heRateMbps(mcs: number, bandwidth: HeBandwidthMHz, streams = 1, guardUs: HeGuardUs = 0.8): number {
  wholeWithin('mcs', mcs, { min: -1, max: 11 })
  wholeWithin('streams', streams, { min: 1, max: 8 })
  const row = HE_MCS[mcs]
  if (row === undefined) return 0
  return (HE_SUBCARRIERS[bandwidth] * row.bits * row.codeRate * streams) / (SYMBOL_US + guardUs)
}

/**
 * Rate above the MAC that a link with this SNR gives.
 * @param efficiency - share of the air rate left above the MAC, 0..1
 * @returns Mbit/s, 0 below the lowest HE-MCS
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 */
export function heGoodputMbps(snrDb: number, bandwidth: HeBandwidthMHz, efficiency = MAC_EFFICIENCY): number {
  within('efficiency', efficiency, UNIT)
  return efficiency * heRateMbps(heMcs(snrDb), bandwidth)
}
