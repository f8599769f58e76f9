import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_BUNDLE_CHARS, MAX_BUNDLE_TXS, packBundles, unpackBundle } from './bundle.js'
import { wakeText } from './wake.js'

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 60, unit: fc.constantFrom(...'ABCxyz019-_.') }),
  fc.integer({ min: 1, max: MAX_BUNDLE_CHARS }).map(length => 'x'.repeat(length)),
)

describe('bundles', () => {
  it('hold what was packed, in its order, within their limits', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 400 }), texts => {
        const bundles = packBundles(texts)
        const parts = bundles.map(bundle => unpackBundle(bundle) ?? [])
        expect(parts.flat()).toEqual(texts)
        expect(parts.every(lines => lines.length >= 1 && lines.length <= MAX_BUNDLE_TXS)).toBe(true)
        expect(bundles.every(bundle => bundle.length <= MAX_BUNDLE_CHARS)).toBe(true)
      }),
    )
  })

  it('are as few as the limits allow', () => {
    const small = Array.from({ length: 2 * MAX_BUNDLE_TXS }, (_, i) => `t${i}`)
    expect(packBundles(small)).toHaveLength(2)
    expect(packBundles(['x'.repeat(MAX_BUNDLE_CHARS), 'y'])).toHaveLength(2)
    expect(packBundles(['x'.repeat(MAX_BUNDLE_CHARS - 2), 'y'])).toHaveLength(1)
    expect(packBundles([])).toEqual([])
  })

  it('leave one text as it is, however large, and one that asks for a block alone', () => {
    const large = 'x'.repeat(3 * MAX_BUNDLE_CHARS)
    expect(packBundles([large])).toEqual([large])
    expect(unpackBundle(large)).toEqual([large])
    expect(packBundles(['a', 'b', wakeText(7), 'c', 'd'])).toEqual(['a\nb', wakeText(7), 'c\nd'])
  })

  it('are none with an empty line, too many, or too large', () => {
    for (const bad of ['\n', 'a\n', '\na', 'a\n\nb']) expect(unpackBundle(bad)).toBeUndefined()
    expect(unpackBundle(Array.from({ length: MAX_BUNDLE_TXS }, () => 'a').join('\n'))).toHaveLength(MAX_BUNDLE_TXS)
    expect(unpackBundle(Array.from({ length: MAX_BUNDLE_TXS + 1 }, () => 'a').join('\n'))).toBeUndefined()
    expect(unpackBundle(`a\n${'x'.repeat(MAX_BUNDLE_CHARS - 2)}`)).toHaveLength(2)
    expect(unpackBundle(`a\n${'x'.repeat(MAX_BUNDLE_CHARS - 1)}`)).toBeUndefined()
    expect(unpackBundle('\n'.repeat(250_000))).toBeUndefined()
  })

  it('take any bytes without a throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\u00ff', '\u0000'), maxLength: 300 }), any => {
        const lines = unpackBundle(any)
        if (lines !== undefined) expect(lines.join('\n')).toBe(any)
      }),
    )
  })
})
