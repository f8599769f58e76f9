import { finite, POSITIVE, type Range, UNIT, wholeWithin, within } from '../guard.js'

/** TS 38.214 table 5.2.2.1-2: efficiency in bit/s/Hz of CQI 1–15; SNR in dB at which each has 10 % block errors (AWGN). */
export const NR_CQI: readonly { readonly efficiency: number; readonly snrDb: number }[] = [
  { efficiency: 0.1523, snrDb: -6.75 },
  { efficiency: 0.2344, snrDb: -4.96 },
  { efficiency: 0.377, snrDb: -2.96 },
  { efficiency: 0.6016, snrDb: -1.01 },
  { efficiency: 0.877, snrDb: 0.96 },
  { efficiency: 1.1758, snrDb: 2.88 },
  { efficiency: 1.4766, snrDb: 4.92 },
  { efficiency: 1.9141, snrDb: 6.7 },
  { efficiency: 2.4063, snrDb: 8.72 },
  { efficiency: 2.7305, snrDb: 10.51 },
  { efficiency: 3.3223, snrDb: 12.45 },
  { efficiency: 3.9023, snrDb: 14.35 },
  { efficiency: 4.5234, snrDb: 16.07 },
  { efficiency: 5.1152, snrDb: 17.88 },
  { efficiency: 5.5547, snrDb: 19.97 },
]

/**
 * The best CQI whose SNR is reached.
 * @param snrDb - −Infinity stands for no signal
 * @returns 1–15; 0: out of range, nothing can be sent
 * @throws {PranError} `NOT_A_NUMBER`
 * @see TS 38.214 clause 5.2.2.1
 */
export function nrCqi(snrDb: number): number {
  checkSnr(snrDb)
  return NR_CQI.findLastIndex(row => snrDb >= row.snrDb) + 1
}

/** Efficiency in bit/s/Hz of a CQI, 0 for CQI 0. @throws {PranError} `OUT_OF_RANGE`, `NOT_WHOLE` */
export function nrCqiEfficiency(cqi: number): number {
  wholeWithin('cqi', cqi, { min: 0, max: 15 })
  return NR_CQI[cqi - 1]?.efficiency ?? 0
}

/** Attenuation, ceiling and floor of a truncated Shannon bound. */
export interface Shannon {
  readonly attenuation: number
  readonly ceiling: number
  readonly floorDb: number
}

/** TR 36.942 table A.2, downlink: 0.6 of Shannon, at most 4.4 bit/s/Hz, nothing below −10 dB. */
export const SHANNON_DOWNLINK: Shannon = { attenuation: 0.6, ceiling: 4.4, floorDb: -10 }

/**
 * Efficiency by the attenuated and truncated Shannon bound.
 * @returns bit/s/Hz, 0 below the floor
 * @throws {PranError} `NOT_A_NUMBER`
 * @see TR 36.942 annex A.1
 */
export function shannonEfficiency(snrDb: number, bound: Shannon = SHANNON_DOWNLINK): number {
  checkSnr(snrDb)
  if (snrDb < bound.floorDb) return 0
  return Math.min(bound.ceiling, bound.attenuation * Math.log2(1 + 10 ** (snrDb / 10)))
}

/** A carrier as TS 38.306 counts it. */
export interface NrCarrier {
  /** 1–8. */
  readonly layers: number
  /** Bits of one symbol: 2, 4, 6, 8, 10 for QPSK to 1024QAM. */
  readonly modulationBits: number
  /** 1–275. */
  readonly resourceBlocks: number
  /** 0–4: sub-carriers of 15 · 2^μ kHz. */
  readonly numerology: number
  /** 0.14 downlink, 0.08 uplink below 7 GHz. */
  readonly overhead: number
}

/** 948/1024: the highest code rate. */
const MAX_CODE_RATE = 948 / 1024
const RANGES: Readonly<Record<'layers' | 'modulationBits' | 'resourceBlocks' | 'numerology', Range>> = {
  layers: { min: 1, max: 8 },
  modulationBits: { min: 1, max: 10 },
  resourceBlocks: { min: 1, max: 275 },
  numerology: { min: 0, max: 4 },
}

/**
 * Highest rate of a carrier.
 * @returns Mbit/s
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_WHOLE`, `NOT_A_NUMBER`
 * @see TS 38.306 clause 4.1.2
 */
export function nrPeakMbps(carrier: NrCarrier): number {
  for (const [name, range] of Object.entries(RANGES)) {
    wholeWithin(name, carrier[name as keyof typeof RANGES], range)
  }
  within('overhead', carrier.overhead, UNIT)
  const symbolsPerSecond = 14 * 2 ** carrier.numerology * 1_000
  const bits = carrier.layers * carrier.modulationBits * MAX_CODE_RATE
  return (bits * carrier.resourceBlocks * 12 * symbolsPerSecond * (1 - carrier.overhead)) / 1e6
}

/** Rate in Mbit/s of an efficiency over a bandwidth. @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER` */
export function rateMbps(efficiency: number, bandwidthHz: number): number {
  within('efficiency', efficiency, { min: 0, max: 1_000 })
  within('bandwidthHz', bandwidthHz, POSITIVE)
  return (efficiency * bandwidthHz) / 1e6
}

function checkSnr(snrDb: number): void {
  if (snrDb !== -Infinity) finite('snrDb', snrDb)
}
