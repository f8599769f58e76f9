import { bigWithin } from '../guard.js'
import { clampBig, leastOf, MAX_COUNT, PPM, type Ppm, rootFloor } from './fixed.js'

/** What was measured while a session was served. */
export interface ServiceMeasure {
  /** R, bit/s. */
  readonly rateBps: bigint
  /** L, microseconds, > 0. */
  readonly latencyUs: bigint
  readonly lossPpm: Ppm
  /** Share of the session's time with service. */
  readonly continuityPpm: Ppm
}

/** What counts as full service, and how much each aspect matters. */
export interface QualityRule {
  /** R*, bit/s, > 0. */
  readonly goodRateBps: bigint
  /** L*, µs, > 0. */
  readonly goodLatencyUs: bigint
  /** Exponents a, b, c, d as whole parts; their sum, 1–20, is one whole. */
  readonly parts: {
    readonly rate: bigint
    readonly latency: bigint
    readonly loss: bigint
    readonly continuity: bigint
  }
}

/** Half for speed, the rest shared: our choice; a network's governance may set others. */
export const QUALITY_RULE: QualityRule = {
  goodRateBps: 20_000_000n,
  goodLatencyUs: 50_000n,
  parts: { rate: 4n, latency: 2n, loss: 2n, continuity: 2n },
}

/**
 * Q = rate^a · latency^b · (1 − loss)^c · continuity^d with a + b + c + d = 1; rate is min(1, measured/good), latency min(1, good/measured).
 *
 * The exponents are parts of n, so Q is the n-th root of a product of whole powers: exact, rounded down once.
 *
 * @returns 0..1,000,000 ppm; monotone in every aspect
 * @throws {PranError} `OUT_OF_RANGE`
 * @see docs/spec/pran.md PRAN-13
 */
export function qualityPpm(measure: ServiceMeasure, rule: QualityRule = QUALITY_RULE): Ppm {
  checkMeasure(measure)
  const { rate, latency, loss, continuity } = rule.parts
  const whole = checkRule(rule)
  const aspects =
    share(measure.rateBps, rule.goodRateBps) ** rate *
    share(rule.goodLatencyUs, measure.latencyUs) ** latency *
    (PPM - measure.lossPpm) ** loss *
    measure.continuityPpm ** continuity
  return rootFloor(aspects, whole)
}

/** min(1, part/whole) in ppm, rounded down. */
function share(part: bigint, whole: bigint): Ppm {
  return leastOf(PPM, (part * PPM) / whole)
}

function checkMeasure(measure: ServiceMeasure): void {
  bigWithin('rateBps', measure.rateBps, 0n, MAX_COUNT)
  bigWithin('latencyUs', measure.latencyUs, 1n, MAX_COUNT)
  bigWithin('lossPpm', measure.lossPpm, 0n, PPM)
  bigWithin('continuityPpm', measure.continuityPpm, 0n, PPM)
}

function checkRule({ goodRateBps, goodLatencyUs, parts }: QualityRule): bigint {
  bigWithin('goodRateBps', goodRateBps, 1n, MAX_COUNT)
  bigWithin('goodLatencyUs', goodLatencyUs, 1n, MAX_COUNT)
  const whole = Object.entries(parts).reduce((sum, [name, part]) => {
    bigWithin(name, part, 0n, 20n)
    return sum + part
  }, 0n)
  bigWithin('parts', whole, 1n, 20n)
  return whole
}

/** Received power measured by one device in a cell. */
export interface CoverageSample {
  readonly device: string
  readonly rsrpDbm: number
}

/** W at each tier of received power; −95, −105 and −115 dBm are the operators' usual steps, the weights our choice. */
export const WEAK_TIERS: readonly { readonly belowDbm: number; readonly weightPpm: Ppm }[] = [
  { belowDbm: -115, weightPpm: 3_000_000n },
  { belowDbm: -105, weightPpm: 2_250_000n },
  { belowDbm: -95, weightPpm: 1_500_000n },
]
export const MAX_WEAK_WEIGHT: Ppm = 3_000_000n

/**
 * W of a cell, from the median of the devices' medians; a sharer cannot make its own cell weak.
 *
 * @param own - devices of the sharer and of the user: left out
 * @param enoughDevices - with fewer other devices nothing is known, and W is 1
 * @returns 1,000,000–3,000,000 ppm
 * @see docs/spec/pran.md PRAN-14
 */
export function weakWeightPpm(
  samples: readonly CoverageSample[],
  own: ReadonlySet<string>,
  enoughDevices: number,
): Ppm {
  const perDevice = new Map<string, number[]>()
  for (const { device, rsrpDbm } of samples) {
    if (own.has(device) || !Number.isFinite(rsrpDbm)) continue
    const list = perDevice.get(device) ?? []
    list.push(rsrpDbm)
    perDevice.set(device, list)
  }
  if (perDevice.size < Math.max(1, enoughDevices)) return PPM
  const level = median([...perDevice.values()].map(median))
  const weight = WEAK_TIERS.find(tier => level < tier.belowDbm)?.weightPpm ?? PPM
  return clampBig(weight, PPM, MAX_WEAK_WEIGHT)
}

/** The upper one of two middle values: the better coverage. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
