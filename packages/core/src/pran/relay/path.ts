import { POSITIVE, wholeWithin, within } from '../guard.js'

/** Rate of a path whose hops use separate bands: the narrowest hop. @throws {PranError} for rates that are not positive */
export function widestRateMbps(hopsMbps: readonly number[]): number {
  return hopsMbps.reduce((narrowest, rate) => {
    within('rateMbps', rate, POSITIVE)
    return Math.min(narrowest, rate)
  }, Number.POSITIVE_INFINITY)
}

/** Rate of a path whose hops take turns on one medium: 1 / Σ (1/R). @throws {PranError} for rates that are not positive */
export function airtimeRateMbps(hopsMbps: readonly number[]): number {
  const airtime = hopsMbps.reduce((sum, rate) => {
    within('rateMbps', rate, POSITIVE)
    return sum + 1 / rate
  }, 0)
  return 1 / airtime
}

/** Hops that cannot send at the same time on one channel: a sender disturbs receivers up to two hops away. */
const REUSE_HOPS = 4

/**
 * Share of the link rate that a chain of equal hops on one shared channel carries: 1/1, 1/2, 1/3, and 1/4 from there on.
 * @param hops - 1 or more
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_WHOLE`
 * @see Li et al., Capacity of ad hoc wireless networks, MobiCom 2001
 */
export function sharedChainShare(hops: number): number {
  wholeWithin('hops', hops, { min: 1, max: 1_000 })
  return 1 / Math.min(hops, REUSE_HOPS)
}
