import { bigWithin } from '../guard.js'

/** Parts per million: 1 is 1,000,000. Shares, weights and qualities are whole numbers of it, so that every replica agrees. */
export type Ppm = bigint
export const PPM = 1_000_000n

/** Byte counts and amounts stay below this, so that no product needs a second thought. */
export const MAX_COUNT = 2n ** 95n

/**
 * Largest whole r with r^degree ≤ value, by bisection on the bit length and Newton's step.
 * @param value - ≥ 0
 * @param degree - 1–64
 * @throws {PranError} `OUT_OF_RANGE`
 */
export function rootFloor(value: bigint, degree: bigint): bigint {
  bigWithin('value', value, 0n, 2n ** 4_096n)
  bigWithin('degree', degree, 1n, 64n)
  if (value < 2n || degree === 1n) return value
  // A power of two above the root: Newton's iteration from above falls until it has the floor.
  const bits = BigInt(value.toString(2).length)
  let root = 1n << (bits / degree + 1n)
  for (;;) {
    const next = ((degree - 1n) * root + value / root ** (degree - 1n)) / degree
    if (next >= root) return root
    root = next
  }
}

export function clampBig(value: bigint, low: bigint, high: bigint): bigint {
  return value < low ? low : value > high ? high : value
}

/** Division of any sign, rounded towards −∞ (BigInt's own goes towards 0). @param divisor - > 0 */
export function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value % divisor < 0n ? quotient - 1n : quotient
}

export function leastOf(first: bigint, ...others: readonly bigint[]): bigint {
  let least = first
  for (const value of others) if (value < least) least = value
  return least
}

export function sumOf(values: readonly bigint[]): bigint {
  return values.reduce((sum, value) => sum + value, 0n)
}
