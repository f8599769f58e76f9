import { finite, NOT_NEGATIVE, within } from '../guard.js'

/** Log-normal shadowing of one condition: standard deviation in dB, decorrelation distance in m. */
export interface Shadowing {
  readonly sigmaDb: number
  readonly correlationM: number
}

/**
 * TR 38.901 table 7.4.1-1 (σ) and table 7.5-6 (correlation distance). RMa beyond its breakpoint has 6 dB: spread the
 * entry and replace `sigmaDb`. The correlation distances of RMa, 37 and 120 m, are those of table 7.5-6 part 2.
 */
export const SHADOWING = {
  umaLos: { sigmaDb: 4, correlationM: 37 },
  umaNlos: { sigmaDb: 6, correlationM: 50 },
  umiLos: { sigmaDb: 4, correlationM: 10 },
  umiNlos: { sigmaDb: 7.82, correlationM: 13 },
  inhLos: { sigmaDb: 3, correlationM: 10 },
  inhNlos: { sigmaDb: 8.03, correlationM: 6 },
  rmaLos: { sigmaDb: 4, correlationM: 37 },
  rmaNlos: { sigmaDb: 8, correlationM: 120 },
} as const satisfies Readonly<Record<string, Shadowing>>

/**
 * Correlation of the shadowing at two places, R = e^(−Δx/dcorr).
 * @param movedM - distance between the places, ≥ 0
 * @returns 0..1
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 * @see TR 38.901 clause 7.4.4
 */
export function shadowingCorrelation(movedM: number, shadowing: Shadowing): number {
  within('movedM', movedM, NOT_NEGATIVE)
  within('correlationM', shadowing.correlationM, { min: 1e-3, max: 1e6 })
  return Math.exp(-movedM / shadowing.correlationM)
}

/**
 * Shadowing after a move: first-order autoregression, so that variance stays σ² whatever the steps.
 *
 * @param previousDb - shadowing before the move; `undefined` at the first place
 * @param movedM - length of the move, ≥ 0
 * @param gaussian - a standard normal draw
 * @returns dB
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 */
export function nextShadowingDb(
  previousDb: number | undefined,
  movedM: number,
  shadowing: Shadowing,
  gaussian: number,
): number {
  within('sigmaDb', shadowing.sigmaDb, NOT_NEGATIVE)
  finite('gaussian', gaussian)
  if (previousDb === undefined) return shadowing.sigmaDb * gaussian
  finite('previousDb', previousDb)
  const kept = shadowingCorrelation(movedM, shadowing)
  return kept * previousDb + Math.sqrt(1 - kept * kept) * shadowing.sigmaDb * gaussian
}
