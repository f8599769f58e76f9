import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_AMOUNT } from '../../units/index.js'
import { BYTES_PER_GIB, bytesForAmount, price, TariffError, UNLIMITED_BYTES } from './price.js'

const vectors: {
  prices: { name: string; bytes: string; elapsedMs: number; perGiB: string; perHour: string; owed: string }[]
} = JSON.parse(readFileSync(new URL('../../../../../vectors/rounds.json', import.meta.url), 'utf8'))

const tariffOf = (perGiB: bigint, perHour: bigint) => ({ asset: 'credit', perGiB, perHour })
const rates = fc.bigInt(0n, 10n ** 15n)
const tariffs = fc.record({ asset: fc.constant('credit'), perGiB: rates, perHour: rates })
const usages = fc.record({ bytes: fc.bigInt(0n, 2n ** 50n), elapsedMs: fc.nat(10 ** 9) })

const codeOf = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    return error instanceof TariffError ? error.code : String(error)
  }
  return 'OK'
}

describe('price (RND-8)', () => {
  it.each(vectors.prices)('gives $owed for $name', ({ bytes, elapsedMs, perGiB, perHour, owed }) => {
    expect(price({ bytes: BigInt(bytes), elapsedMs }, tariffOf(BigInt(perGiB), BigInt(perHour)))).toBe(BigInt(owed))
  })

  it('never falls when usage grows, and never charges more than the exact price', () => {
    fc.assert(
      fc.property(usages, usages, tariffs, (a, b, tariff) => {
        const sum = { bytes: a.bytes + b.bytes, elapsedMs: a.elapsedMs + b.elapsedMs }
        const total = price(sum, tariff)
        expect(total >= price(a, tariff)).toBe(true)
        const exact = sum.bytes * tariff.perGiB * 3_600_000n + BigInt(sum.elapsedMs) * tariff.perHour * BYTES_PER_GIB
        expect(total * BYTES_PER_GIB * 3_600_000n <= exact).toBe(true)
      }),
    )
  })

  it('refuses negative rates, negative usage, fractions and overflow by code', () => {
    expect(codeOf(() => price({ bytes: 1n, elapsedMs: 0 }, tariffOf(-1n, 0n)))).toBe('TARIFF_NEGATIVE')
    expect(codeOf(() => price({ bytes: 1n, elapsedMs: 0 }, tariffOf(0n, -1n)))).toBe('TARIFF_NEGATIVE')
    expect(codeOf(() => price({ bytes: -1n, elapsedMs: 0 }, tariffOf(1n, 1n)))).toBe('USAGE_NEGATIVE')
    expect(codeOf(() => price({ bytes: 1n, elapsedMs: -1 }, tariffOf(1n, 1n)))).toBe('USAGE_NEGATIVE')
    expect(codeOf(() => price({ bytes: 1n, elapsedMs: 0.5 }, tariffOf(1n, 1n)))).toBe('USAGE_NEGATIVE')
    expect(codeOf(() => price({ bytes: MAX_AMOUNT, elapsedMs: 0 }, tariffOf(BYTES_PER_GIB * 2n, 0n)))).toBe(
      'PRICE_OVERFLOW',
    )
  })
})

describe('bytesForAmount (RND-12)', () => {
  it('allows exactly the bytes whose price stays within the amount', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 9n), fc.bigInt(1n, 10n ** 12n), (amount, perGiB) => {
        const bytes = bytesForAmount(amount, tariffOf(perGiB, 0n))
        expect(bytes * perGiB <= amount * BYTES_PER_GIB).toBe(true)
        expect((bytes + 1n) * perGiB > amount * BYTES_PER_GIB).toBe(true)
      }),
    )
  })

  it('has no limit where bytes are free, and refuses negative input', () => {
    expect(bytesForAmount(0n, tariffOf(0n, 5n))).toBe(UNLIMITED_BYTES)
    expect(bytesForAmount(10n ** 18n, tariffOf(1n, 0n))).toBe(UNLIMITED_BYTES)
    expect(codeOf(() => bytesForAmount(-1n, tariffOf(1n, 0n)))).toBe('USAGE_NEGATIVE')
    expect(codeOf(() => bytesForAmount(1n, tariffOf(-1n, 0n)))).toBe('TARIFF_NEGATIVE')
  })
})
