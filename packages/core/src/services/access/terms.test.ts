import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { serviceType } from '../index.js'
import { checkTerms, encodeTerms, parseTerms, sameTerms } from './terms.js'
import type { AccessTerms } from './types.js'

const vectors: {
  terms: { valid: object; rejected: { name: string; change: object; code: string }[] }
} = JSON.parse(readFileSync(new URL('../../../../../vectors/rounds.json', import.meta.url), 'utf8'))

const arbitraryTerms: fc.Arbitrary<AccessTerms> = fc
  .record({
    perGiB: fc.bigInt(0n, 10n ** 9n),
    perHour: fc.bigInt(0n, 10n ** 15n),
    trialMs: fc.integer({ min: 200, max: 60_000 }),
    restMs: fc.integer({ min: 0, max: 3_600_000 }),
    toleranceBps: fc.integer({ min: 0, max: 5_000 }),
    toleranceBytes: fc.bigInt(0n, 67_108_864n),
    maxUnpaid: fc.bigInt(100_000n, 10n ** 9n),
    bps: fc.integer({ min: 1, max: 10_000 }),
  })
  .map(({ perGiB, perHour, bps, ...rest }) => ({
    ...rest,
    tariff: { asset: 'credit', perGiB, perHour },
    maxUnpaidCap: rest.maxUnpaid * 4n,
    shares: [{ to: 'did:key:z6MkShare', bps }],
  }))

describe('terms (RND-2)', () => {
  it('come back the same from their wire form, also through JSON text', () => {
    fc.assert(
      fc.property(arbitraryTerms, terms => {
        const back = parseTerms(JSON.parse(JSON.stringify(encodeTerms(terms))))
        expect(back).toEqual({ ok: true, value: terms })
        expect(back.ok && sameTerms(back.value, terms)).toBe(true)
      }),
    )
  })

  it.each(vectors.terms.rejected)('are refused when $name: $code', ({ change, code }) => {
    const result = parseTerms({ ...vectors.terms.valid, ...change })
    expect(result).toMatchObject({ ok: false, code })
  })

  it('name the field and its bounds when out of range', () => {
    const valid = parseTerms(vectors.terms.valid)
    if (!valid.ok) throw new Error('the vector is broken')
    expect(checkTerms({ ...valid.value, trialMs: 199 })).toMatchObject({
      code: 'TERMS_RANGE',
      data: { field: 'trialMs', value: 199, min: 200 },
    })
  })

  it('never throw, whatever arrives', () => {
    fc.assert(fc.property(fc.anything(), value => void expect(typeof parseTerms(value).ok).toBe('boolean')))
  })

  it('belong to the one listed service type', () => {
    expect(serviceType('access')?.type).toBe('access')
    expect(serviceType('teleport')).toBeUndefined()
  })
})
