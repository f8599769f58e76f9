import { createPublicKey, verify as nodeVerify } from 'node:crypto'
import { Resolver } from 'did-resolver'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkPublicKey,
  commitKey,
  type DidState,
  decodeDidKey,
  decodeDidKeyUrl,
  encodeMultikey,
  getResolver,
  incept,
  parseConetDid,
  parseInception,
  publicKeyFromSeed,
  revoke,
  rotate,
  signerFromSeed,
  verify,
} from './index.js'

const person = (n: number) => signerFromSeed(new Uint8Array(32).fill(n))
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })
const native = (key: Uint8Array, message: string, signature: Uint8Array) => {
  const x = Buffer.from(key).toString('base64url')
  const object = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return nodeVerify(null, Buffer.from(message), object, signature)
}

describe('the portable signer and verifier', () => {
  it('agree with the native verifier on good and on changed signatures', () => {
    fc.assert(
      fc.property(seeds, fc.string(), fc.nat(63), fc.integer({ min: 0, max: 255 }), (seed, text, at, mask) => {
        const signer = signerFromSeed(seed)
        const signature = signer.sign(text)
        signature[at] = (signature[at] ?? 0) ^ mask
        const valid = verify(signer.publicKey, text, signature)
        expect(valid).toBe(mask === 0)
        expect(native(signer.publicKey, text, signature)).toBe(valid)
      }),
      { numRuns: 40 },
    )
  })

  it('refuses a seed of another length by code', () => {
    expect(() => signerFromSeed(new Uint8Array(31))).toThrow(expect.objectContaining({ code: 'SEED_LENGTH' }))
  })
})

describe('did:key', () => {
  it('gives back the key of any seed, and only accepts its own method', () => {
    fc.assert(
      fc.property(seeds, seed => {
        const signer = signerFromSeed(seed)
        expect(decodeDidKey(signer.did)).toEqual({ ok: true, value: publicKeyFromSeed(seed) })
        expect(decodeDidKeyUrl(signer.kid)).toEqual({ ok: true, value: signer.publicKey })
        expect(decodeDidKeyUrl(`${signer.did}#key-1`).ok).toBe(false)
        expect(decodeDidKeyUrl(signer.did).ok).toBe(false)
      }),
      { numRuns: 20 },
    )
  })

  it('never throws, and accepts no key that the key rule refuses', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), seeds.map(encodeMultikey)), text => {
        const decoded = decodeDidKey(`did:key:${text}`)
        if (decoded.ok) expect(checkPublicKey(decoded.value).ok).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

describe('did:conet', () => {
  const inception = {
    keys: [encodeMultikey(person(1).publicKey)],
    next: [commitKey(person(2).publicKey)],
    services: [],
  }
  const context = { signer: person(1).did, timeMs: 1_700_000_000_000 }

  function begun(lid = 'demo'): DidState {
    const state = incept(lid, inception, context)
    if (!state.ok) throw new Error(state.code)
    return state.value
  }

  it('is named by everything it begins with, and by its ledger', () => {
    const { did } = begun()
    expect(parseConetDid(did)).toMatchObject({ lid: 'demo' })
    expect(begun('other').did).not.toBe(did)
    const other = { ...inception, next: [] }
    expect(incept('demo', other, context)).not.toMatchObject({ value: { did } })
  })

  it('cannot be begun for a key one does not hold', () => {
    expect(incept('demo', inception, { ...context, signer: person(3).did })).toMatchObject({ code: 'NOT_KEY_HOLDER' })
    const weak = { ...inception, keys: [encodeMultikey(new Uint8Array(32))] }
    expect(incept('demo', weak, context)).toMatchObject({ code: 'KEY_REFUSED', data: { why: 'KEY_SMALL_ORDER' } })
  })

  it('cannot be rotated by whoever stole the current key', () => {
    const thief = { did: begun().did, version: 2, keys: inception.keys, next: [] }
    expect(rotate(begun(), thief, context)).toMatchObject({ code: 'KEY_NOT_COMMITTED' })
    const heir = { ...thief, keys: [encodeMultikey(person(2).publicKey)] }
    expect(rotate(begun(), heir, { ...context, signer: person(2).did })).toMatchObject({ value: { version: 2 } })
  })

  it('reads only well-formed operations', () => {
    expect(parseInception(inception).ok).toBe(true)
    for (const change of [{ keys: [] }, { next: ['x'] }, { extra: 1 }, { controller: 'me' }, { services: [{}] }]) {
      expect(parseInception({ ...inception, ...change })).toMatchObject({ code: 'PAYLOAD_MALFORMED' })
    }
  })

  it('is resolved by did-resolver, by version and time, beside did:key', async () => {
    const two = { ...inception, keys: [...inception.keys, encodeMultikey(person(5).publicKey)] }
    const first = incept('demo', two, context)
    if (!first.ok) throw new Error(first.code)
    const { did } = first.value
    const key = two.keys[1] ?? ''
    const second = revoke(first.value, { did, version: 2, key }, { signer: did, timeMs: context.timeMs + 5000 })
    if (!second.ok) throw new Error(second.code)
    const histories = new Map([[did, [first.value, second.value]]])
    const resolver = new Resolver(getResolver(async asked => histories.get(asked) ?? []))

    const now = await resolver.resolve(did)
    expect(now.didDocument?.verificationMethod).toHaveLength(1)
    expect(now.didDocumentMetadata).toMatchObject({ versionId: '2', updated: '2023-11-14T22:13:25Z' })
    const past = await resolver.resolve(`${did}?versionId=1`)
    expect(past.didDocument?.verificationMethod).toHaveLength(2)
    const then = await resolver.resolve(`${did}?versionTime=2023-11-14T22:13:24Z`)
    expect(then.didDocumentMetadata).toMatchObject({ versionId: '1', nextVersionId: '2' })
    for (const wrong of [
      '2023-02-30T00:00:00Z',
      '2023-02-29T00:00:00Z',
      '2023-11-14T24:00:00Z',
      '2023-11-14T22:13:24',
    ]) {
      const refused = await resolver.resolve(`${did}?versionTime=${wrong}`)
      expect(refused.didResolutionMetadata.error).toBe('invalidDid')
    }
    const leap = await resolver.resolve(`${did}?versionTime=2024-02-29T00:00:00Z`)
    expect(leap.didDocumentMetadata?.versionId).toBe('2')
    const unknown = await resolver.resolve(begun('other').did)
    expect(unknown.didResolutionMetadata.error).toBe('notFound')
    expect((await resolver.resolve('did:conet:demo:x')).didResolutionMetadata.error).toBe('invalidDid')
    expect((await resolver.resolve(person(1).did)).didDocument?.id).toBe(person(1).did)
    expect((await resolver.resolve('did:key:z6Mkbroken')).didResolutionMetadata.error).toBe('invalidDid')
  })
})
