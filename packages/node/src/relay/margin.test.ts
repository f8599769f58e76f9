import { type AccessTerms, price } from '@conet/core/services/access'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TERMS } from '../provider/testing/fake-client.js'
import { checkMargin, kept } from './margin.js'

const terms = (perGiB: bigint, perHour: bigint, shareBps = 0, asset = 'credit'): AccessTerms => ({
  ...TERMS,
  tariff: { asset, perGiB, perHour },
  shares: shareBps === 0 ? [] : [{ to: 'did:key:z6MkOther', bps: shareBps }],
})

describe('margin', () => {
  it.each([
    [terms(10n, 10n), terms(10n, 10n), undefined],
    [terms(10n, 10n), terms(9n, 99n), 'RELAY_LOSS'],
    [terms(10n, 10n), terms(99n, 9n), 'RELAY_LOSS'],
    [terms(10n, 10n), terms(19n, 20n, 5_000), 'RELAY_LOSS'],
    [terms(10n, 10n), terms(20n, 20n, 5_000), undefined],
    [terms(0n, 0n), terms(0n, 0n), undefined],
    [terms(1n, 1n), terms(9n, 9n, 0, 'other'), 'RELAY_ASSET'],
  ])('compares each rate after shares (%#)', (upstream, downstream, code) => {
    const result = checkMargin(upstream, downstream)
    expect(result.ok ? undefined : result.code).toBe(code)
  })

  it('never lets a relay pass that would lose by more than rounding', () => {
    const rate = fc.bigInt(0n, 10n ** 12n)
    const usage = fc.record({ bytes: fc.bigInt(0n, 10n ** 15n), elapsedMs: fc.nat(10 ** 9) })
    fc.assert(
      fc.property(rate, rate, rate, rate, fc.nat(9_000), usage, (a, b, c, d, bps, used) => {
        const [upstream, downstream] = [terms(a, b), terms(c, d, bps)]
        if (!checkMargin(upstream, downstream).ok) return
        const income = kept(price(used, downstream.tariff), downstream)
        // Both prices round down twice, and the split once.
        expect(income + 3n >= price(used, upstream.tariff)).toBe(true)
      }),
    )
  })
})
