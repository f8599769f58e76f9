import { finite, type Range, within } from '../guard.js'

/** Thermal noise at 290 K. */
export const THERMAL_DBM_PER_HZ = -174
/** 1 Hz–100 GHz: what a receiver can have. */
const BANDWIDTH_HZ: Range = { min: 1, max: 1e11 }
const NOISE_FIGURE_DB: Range = { min: 0, max: 50 }

/** Usual transmit powers in dBm and noise figures in dB; parameters, not laws. */
export const RADIO_PROFILES = {
  macroUrban: { powerDbm: 44, noiseFigureDb: 5 },
  macroRural: { powerDbm: 49, noiseFigureDb: 5 },
  terminal: { powerDbm: 23, noiseFigureDb: 9 },
  phoneSoftAp: { powerDbm: 17, noiseFigureDb: 7 },
} as const

/**
 * Noise power N = −174 + 10 log10 B + NF.
 * @param bandwidthHz - 1–10^11
 * @param noiseFigureDb - 0–50
 * @returns dBm
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 */
export function noiseDbm(bandwidthHz: number, noiseFigureDb: number): number {
  within('bandwidthHz', bandwidthHz, BANDWIDTH_HZ)
  within('noiseFigureDb', noiseFigureDb, NOISE_FIGURE_DB)
  return THERMAL_DBM_PER_HZ + 10 * Math.log10(bandwidthHz) + noiseFigureDb
}

/** One link's budget. */
export interface LinkBudget {
  /** Transmit power; negative dBm are small powers, not errors. */
  readonly powerDbm: number
  /** Both antennas together. */
  readonly gainDb: number
  /** All losses together. */
  readonly lossDb: number
  readonly bandwidthHz: number
  readonly noiseFigureDb: number
}

/**
 * Signal to noise ratio of a link.
 * @returns dB
 * @throws {PranError} `OUT_OF_RANGE` for a negative loss, a bandwidth or a noise figure; `NOT_A_NUMBER`
 */
export function snrDb(link: LinkBudget): number {
  within('powerDbm', link.powerDbm, { min: -100, max: 100 })
  within('lossDb', link.lossDb, { min: 0, max: 400 })
  finite('gainDb', link.gainDb)
  return link.powerDbm + link.gainDb - link.lossDb - noiseDbm(link.bandwidthHz, link.noiseFigureDb)
}

/** Power in mW of a level in dBm. @throws {PranError} `NOT_A_NUMBER` */
export function milliwatts(levelDbm: number): number {
  finite('levelDbm', levelDbm)
  return 10 ** (levelDbm / 10)
}

/** Level in dBm of a power in mW. @throws {PranError} `OUT_OF_RANGE` if the power is zero or negative */
export function levelDbm(powerMw: number): number {
  within('powerMw', powerMw, { min: Number.MIN_VALUE, max: 1e15 })
  return 10 * Math.log10(powerMw)
}
