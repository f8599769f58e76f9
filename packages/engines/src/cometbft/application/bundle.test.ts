import { randomBytes } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_BUNDLE_CHARS, MAX_BUNDLE_TXS, packBundles, unpackBundle } from './bundle.js'
import { wakeText } from './wake.js'

/** As envelopes begin. */
const text = fc
  .oneof(
    fc.string({ maxLength: 60, unit: fc.constantFrom(...'ABCxyz019-_.') }),
    fc.integer({ min: 0, max: MAX_BUNDLE_CHARS - 1 }).map(length => 'x'.repeat(length)),
    fc.integer({ min: 0, max: 600 }).map(length => randomBytes(length).toString('base64url')),
  )
  .map(rest => `e${rest}`)
const packed = (lines: string) => deflateSync(lines).toString('latin1')
/** Lines that hold something random each, as signatures are. */
const lines = (count: number) => Array.from({ length: count }, () => `eyJ${randomBytes(60).toString('base64url')}`)

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
    expect(packBundles(['e'.repeat(MAX_BUNDLE_CHARS), 'y'])).toHaveLength(2)
    expect(packBundles(['e'.repeat(MAX_BUNDLE_CHARS - 2), 'y'])).toHaveLength(1)
    expect(packBundles([])).toEqual([])
  })

  it('leave one text as it is, however large, and one that asks for a block alone', () => {
    const large = 'e'.repeat(3 * MAX_BUNDLE_CHARS)
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

  it('are deflated where that makes them smaller, and plain where nobody would take it or it does not help', () => {
    const many = lines(100)
    const [bundle = ''] = packBundles(many)
    expect(bundle.length).toBeLessThan(0.85 * many.join('\n').length)
    expect(unpackBundle(bundle)).toEqual(many)
    expect(unpackBundle(many.join('\n'))).toEqual(many)
    expect(packBundles(['a', 'b'])).toEqual(['a\nb'])
    const hollow = Array.from({ length: 100 }, () => 'e'.repeat(500))
    expect(packBundles(hollow)).toEqual([hollow.join('\n')])
    expect(unpackBundle(packed(hollow.join('\n')))).toBeUndefined()
  })

  it('are none if deflated badly, cut, followed by something, too large, or alone', () => {
    const many = lines(100).join('\n')
    const good = packed(many)
    expect(unpackBundle(good)).toHaveLength(100)
    const flipped = good.slice(0, -1) + String.fromCharCode(good.charCodeAt(good.length - 1) ^ 1)
    for (const bad of ['x', 'x\u009c', good.slice(0, -1), `${good}e`, `${good}${good}`, flipped]) {
      expect(unpackBundle(bad)).toBeUndefined()
    }
    expect(unpackBundle(packed(many.replaceAll('\n', '.')))).toBeUndefined()
    expect(unpackBundle(packed(`${many}\n`))).toBeUndefined()
    const large = randomBytes(MAX_BUNDLE_CHARS).toString('base64url')
    expect(unpackBundle(packed(`e\n${large.slice(0, MAX_BUNDLE_CHARS - 2)}`))).toHaveLength(2)
    expect(unpackBundle(packed(`e\n${large.slice(0, MAX_BUNDLE_CHARS - 1)}`))).toBeUndefined()
    const padded = deflateSync('e\ne', { level: 0 }).toString('latin1')
    expect(unpackBundle(padded)).toBeUndefined()
  })

  it('take any bytes without a throw', () => {
    const plain = fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\u00ff', '\u0000'), maxLength: 300 })
    const bytes = fc.uint8Array({ maxLength: 300 }).map(any => `x\u009c${Buffer.from(any).toString('latin1')}`)
    const bent = fc.tuple(fc.nat(), fc.nat(255)).map(([at, byte]) => {
      const good = Buffer.from(packed('e\n'.repeat(20) + at))
      good[at % good.length] = byte
      return good.toString('latin1')
    })
    fc.assert(
      fc.property(fc.oneof(plain, bytes, bent), any => {
        const found = unpackBundle(any)
        if (found !== undefined && !any.startsWith('x')) expect(found.join('\n')).toBe(any)
      }),
    )
  })
})
