import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { CompactSign, compactVerify, importJWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { ConetError } from '../errors/index.js'
import { checkSignature, decodeEnvelope, KINDS, MAX_CHARS, parseJsonObject, signEnvelope } from './index.js'

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest()
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const jwk = publicKey.export({ format: 'jwk' })
const kid = 'did:key:z6Mk#z6Mk'
const signer = { kid, sign: (input: string) => sign(null, Buffer.from(input), privateKey) }
const raw = Buffer.from(String(jwk.x), 'base64url')
const nodeVerify = (key: Uint8Array, input: string, signature: Uint8Array) => {
  const x = Buffer.from(key).toString('base64url')
  return verify(
    null,
    Buffer.from(input),
    createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
    signature,
  )
}
const decode = (text: unknown) => decodeEnvelope(text, { sha256 })

const leaf = fc.oneof(
  fc.maxSafeInteger().map(n => (Object.is(n, -0) ? 0 : n)),
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.constant(null),
)
const name = fc.string({ unit: 'binary' }).filter(text => text !== '__proto__')
const payloads = fc.dictionary(name, fc.oneof(leaf, fc.array(leaf), fc.dictionary(name, leaf)), {
  noNullPrototype: true,
})
const kinds = fc.constantFrom(...KINDS)

describe('round trip', () => {
  it('decodes what it signed, for any payload and kind', () => {
    fc.assert(
      fc.property(payloads, kinds, (payload, kind) => {
        const text = signEnvelope(kind, payload, signer)
        const decoded = decode(text)
        expect(decoded).toMatchObject({ ok: true, value: { header: { alg: 'EdDSA', typ: kind, kid } } })
        expect(decodeEnvelope(text, { sha256, once: true })).toEqual(decoded)
        if (decoded.ok) {
          expect(decoded.value.payload).toEqual(payload)
          expect(checkSignature(decoded.value, raw, nodeVerify).ok).toBe(true)
          expect(decoded.value.hash).toBe(sha256(decoded.value.signingInput).toString('hex'))
        }
      }),
    )
  })

  it('writes bigints as decimal text and leaves undefined out', () => {
    const decoded = decode(signEnvelope('conet-tx+jwt', { a: 2n ** 80n, b: undefined, c: [-1n] }, signer))
    expect(decoded).toMatchObject({ value: { payload: { a: '1208925819614629174706176', c: ['-1'] } } })
  })

  it.each([
    ['a fraction', { a: 0.1 }],
    ['an unsafe integer', { a: 2 ** 53 }],
    ['NaN', { a: Number.NaN }],
    ['a lone surrogate', { a: '\ud800' }],
    ['__proto__', JSON.parse('{"a":{"__proto__":1}}') as object],
    ['a list', [1]],
    ['17 levels', JSON.parse(`${'{"a":'.repeat(17)}1${'}'.repeat(17)}`) as object],
  ])('does not sign %s', (_, payload) => {
    expect(() => signEnvelope('conet-tx+jwt', payload, signer)).toThrow(ConetError)
  })
})

describe('what arrives is hostile', () => {
  it('never throws, whatever it is given', () => {
    const parts = fc.array(fc.oneof(fc.string(), fc.base64String(), fc.constant('eyJhbGciOiJFZERTQSJ9')), {
      maxLength: 5,
    })
    const input = fc.oneof(
      fc.anything(),
      fc.string({ unit: 'binary' }),
      parts.map(list => list.join('.')),
    )
    fc.assert(
      fc.property(input, value => {
        const decoded = decode(value)
        expect(decoded.ok).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  it('reads any JSON text without throwing, and what it accepts has no duplicate and no unsafe number', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(200), fc.string({ maxLength: 3 }), (json, at, junk) => {
        for (const text of [json, json.slice(0, at) + junk + json.slice(at)]) {
          const read = parseJsonObject(text)
          // As texts, because JSON writes -0 as 0.
          if (read.ok) expect(JSON.stringify(read.value)).toBe(JSON.stringify(JSON.parse(text)))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('a change of any single character is refused or fails verification', () => {
    const text = signEnvelope('conet-tx+jwt', { lid: 'demo', body: { amount: 5n } }, signer)
    const change = fc.record({ at: fc.nat(text.length - 1), code: fc.integer({ min: 33, max: 126 }) })
    fc.assert(
      fc.property(change, ({ at, code }) => {
        const changed = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1)
        if (changed === text) return
        const decoded = decode(changed)
        expect(decoded.ok && checkSignature(decoded.value, raw, nodeVerify).ok).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })

  it('has a limit per kind that a caller can only lower', () => {
    const payload = { a: 'x'.repeat(4000) }
    expect(() => signEnvelope('conet-close+jwt', payload, signer)).toThrow(/at most 4096/)
    const text = signEnvelope('conet-tx+jwt', payload, signer)
    expect(decode(text).ok).toBe(true)
    expect(decodeEnvelope(text, { sha256, maxBytes: 1000 })).toMatchObject({ code: 'ENVELOPE_TOO_LARGE' })
    expect(decode('a'.repeat(MAX_CHARS['conet-tx+jwt'] + 1))).toMatchObject({ code: 'ENVELOPE_TOO_LARGE' })
  })

  it('takes only the kinds that are meant', () => {
    const text = signEnvelope('conet-grant+jwt', {}, signer)
    expect(decodeEnvelope(text, { sha256, kinds: ['conet-request+jwt'] })).toMatchObject({ code: 'KIND_REFUSED' })
    expect(decodeEnvelope(text, { sha256, kinds: ['conet-grant+jwt'] }).ok).toBe(true)
  })

  it('gives the same answer for a header it has seen before', () => {
    const first = decode(signEnvelope('conet-tx+jwt', { n: 1 }, signer))
    const second = decode(signEnvelope('conet-tx+jwt', { n: 2 }, signer))
    expect(first.ok && second.ok && first.value.header === second.value.header).toBe(true)
  })
})

describe('any JOSE library', () => {
  it('verifies what we sign', async () => {
    const text = signEnvelope('conet-voucher+jwt', { owed: 7n }, signer)
    const { payload, protectedHeader } = await compactVerify(text, await importJWK(jwk, 'EdDSA'))
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'conet-voucher+jwt', kid })
    expect(new TextDecoder().decode(payload)).toBe('{"owed":"7"}')
  })

  it('signs what we verify, in any order of members', async () => {
    const text = await new CompactSign(new TextEncoder().encode('{ "owed" : "7" }'))
      .setProtectedHeader({ kid, typ: 'conet-voucher+jwt', alg: 'EdDSA' })
      .sign(privateKey)
    const decoded = decode(text)
    expect(decoded).toMatchObject({ ok: true, value: { payload: { owed: '7' } } })
    if (decoded.ok) expect(checkSignature(decoded.value, raw, nodeVerify).ok).toBe(true)
  })
})
