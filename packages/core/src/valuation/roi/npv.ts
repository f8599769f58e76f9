import { roundHalfEven } from './money.js'

/** Scale of a discount rate here: millionths of a rate times millionths of a factor. */
export const RATE_SCALE = 1_000_000_000_000n

/**
 * Net present value: Σ net(t) / (1 + r)^t with t = 0 for the first period, which is not discounted (VAL-15).
 *
 * Exact rational arithmetic, rounded once at the end, half to even.
 *
 * @param nets - per period, whole units times `scale`
 * @param rate - 0 or more, times `RATE_SCALE`
 * @param scale - what one unit is in `nets`, 1n or more
 * @returns whole units
 */
export function netPresentValue(nets: readonly bigint[], rate: bigint, scale = 1n): bigint {
  const growth = RATE_SCALE + rate
  let numerator = 0n
  let power = 1n
  for (let period = nets.length - 1; period >= 0; period -= 1) {
    numerator = (nets[period] ?? 0n) * power + numerator * (period === nets.length - 1 ? 0n : RATE_SCALE)
    if (period > 0) power *= growth
  }
  return roundHalfEven(numerator, power * scale)
}
