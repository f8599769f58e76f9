import { ValuationError } from '../codes.js'

const UNIT = 1_000_000n

/**
 * Reads an amount, rate or factor: not negative, at most 15 digits before and 6 after the point. A JSON number is taken
 * by its shortest decimal form, so `12.5` is exactly 12.5.
 * @returns millionths
 * @throws {ValuationError} `CASE_MALFORMED` with the path
 */
export function parseAmount(value: unknown, path: string): bigint {
  const text = typeof value === 'number' ? String(value) : value
  const parts = typeof text === 'string' ? /^(\d{1,15})(?:\.(\d{1,6}))?$/.exec(text) : null
  if (parts === null)
    throw new ValuationError(
      'CASE_MALFORMED',
      `${path}: ${JSON.stringify(value)?.slice(0, 60) ?? 'nothing'} is no amount of 0 or more with at most 6 decimals.`,
      { path, why: 'no amount' },
    )
  return BigInt(parts[1] ?? '0') * UNIT + BigInt((parts[2] ?? '').padEnd(6, '0'))
}

/** Millionths as a decimal with as many places as it needs: `-1500000n` → `-1.5`. */
export function formatAmount(millionths: bigint): string {
  const size = millionths < 0n ? -millionths : millionths
  const fraction = (size % UNIT).toString().padStart(6, '0').replace(/0+$/, '')
  return `${millionths < 0n ? '-' : ''}${size / UNIT}${fraction === '' ? '' : `.${fraction}`}`
}

/** A ratio in millionths as per cent with two places, half away from zero: `1234567n` → `123.46 %`. */
export function formatRatio(ppm: bigint): string {
  const size = ((ppm < 0n ? -ppm : ppm) + 50n) / 100n
  return `${ppm < 0n && size > 0n ? '-' : ''}${size / 100n}.${(size % 100n).toString().padStart(2, '0')} %`
}

/** Quotient of two whole numbers, half to even. @param denominator - above 0 */
export function roundHalfEven(numerator: bigint, denominator: bigint): bigint {
  const whole = numerator / denominator
  const rest = numerator - whole * denominator
  const size = rest < 0n ? -rest : rest
  const up = size * 2n > denominator || (size * 2n === denominator && whole % 2n !== 0n)
  if (!up) return whole
  return numerator < 0n ? whole - 1n : whole + 1n
}

/** Quotient in millionths, half to even. @param denominator - above 0 */
export function ratioPpm(numerator: bigint, denominator: bigint): bigint {
  return roundHalfEven(numerator * UNIT, denominator)
}
