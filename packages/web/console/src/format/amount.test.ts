import { describe, expect, it } from 'vitest'
import { columnPad, formatCredits, parseCredits } from './amount.js'

describe('amounts', () => {
  it('shows micro-credits exactly, with two to six decimals', () => {
    expect(formatCredits('0')).toBe('0.00')
    expect(formatCredits('312')).toBe('0.000312')
    expect(formatCredits('500000')).toBe('0.50')
    expect(formatCredits(1_204_500_000n)).toBe('1,204.50')
    expect(formatCredits(-2_500_000n)).toBe('−2.50')
    expect(formatCredits(2n ** 95n - 1n)).toBe('39,614,081,257,132,168,796,771.975167')
  })

  it('fills up so that the points of a column stand below each other', () => {
    const afterPoint = (text: string) => text.length - text.indexOf('.')
    const padded = (micro: string) => formatCredits(micro) + columnPad(formatCredits(micro))
    expect(afterPoint(padded('500000'))).toBe(afterPoint(padded('312')))
  })

  it('reads back what it shows, without floating point', () => {
    for (const micro of [1n, 100_000n, 999_999n, 9_007_199_254_740_993n, 2n ** 95n - 1n])
      expect(parseCredits(formatCredits(micro).replaceAll(',', ''))).toEqual({ micro })
  })

  it.each([
    ['', 'EMPTY'],
    ['abc', 'NOT_A_NUMBER'],
    ['1,5', 'NOT_A_NUMBER'],
    ['1e3', 'NOT_A_NUMBER'],
    ['.5', 'NOT_A_NUMBER'],
    ['-1', 'NEGATIVE'],
    ['0.000000', 'ZERO'],
    ['0.0000001', 'TOO_FINE'],
    ['39614081257132168796771.975168', 'TOO_LARGE'],
  ])('refuses %j as %s', (text, problem) => {
    expect(parseCredits(text)).toEqual({ problem })
  })

  it('accepts zeros behind the smallest step', () => {
    expect(parseCredits(' 1.2500000000 ')).toEqual({ micro: 1_250_000n })
  })
})
