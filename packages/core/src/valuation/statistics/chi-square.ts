import { wholeWithin, within } from '../guard.js'

/** Terms until both expansions stand still in double precision, for up to 1,000 degrees of freedom. */
const MAX_TERMS = 10_000
const TINY = 1e-300

/**
 * Probability that a chi-square variable is at least `value`.
 *
 * The regularised upper incomplete gamma function Q(df/2, value/2): series below the bend, continued fraction (Lentz)
 * above it; relative error below 1e-10.
 *
 * @param value - ≥ 0
 * @param degrees - degrees of freedom, 1..1000
 * @returns 0..1
 * @throws {ValuationError} `NOT_A_NUMBER`, `OUT_OF_RANGE`
 */
export function chiSquareTail(value: number, degrees: number): number {
  within('value', value, 0, 1e6)
  wholeWithin('degrees', degrees, 1, 1000)
  if (value === 0) return 1
  const shape = degrees / 2
  const x = value / 2
  const factor = Math.exp(shape * Math.log(x) - x - logGammaOfHalves(degrees))
  return x < shape + 1 ? 1 - factor * series(shape, x) : factor * fraction(shape, x)
}

function series(shape: number, x: number): number {
  let term = 1 / shape
  let sum = term
  for (let n = 1; n < MAX_TERMS && term > sum * 1e-17; n += 1) {
    term *= x / (shape + n)
    sum += term
  }
  return sum
}

function fraction(shape: number, x: number): number {
  let b = x + 1 - shape
  let c = 1 / TINY
  let d = 1 / b
  let result = d
  for (let n = 1; n < MAX_TERMS; n += 1) {
    const a = -n * (n - shape)
    b += 2
    d = 1 / nonZero(a * d + b)
    c = nonZero(b + a / c)
    result *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return result
}

const nonZero = (value: number) => (Math.abs(value) < TINY ? TINY : value)

/** ln Γ(halves / 2), exact by Γ(x + 1) = x Γ(x) from Γ(1) = 1 and Γ(1/2) = √π. */
function logGammaOfHalves(halves: number): number {
  let sum = halves % 2 === 0 ? 0 : Math.log(Math.PI) / 2
  for (let x = halves % 2 === 0 ? 1 : 0.5; x < halves / 2; x += 1) sum += Math.log(x)
  return sum
}
