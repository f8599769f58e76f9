import { generateKeyPairSync, sign } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { createVerifyPool, nodeSha256, nodeVerify, type VerifyItem, verifiedCache, verifyInPlace } from './index.js'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const key = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
const item = (text: string): VerifyItem => ({
  publicKey: key,
  signingInput: text,
  signature: sign(null, Buffer.from(text), privateKey),
})

const pools = [createVerifyPool(2), verifyInPlace()]
afterAll(() => Promise.all(pools.map(pool => pool.close())))

describe.each(pools)('verification with $workers workers', pool => {
  it('gives one verdict per item, in order', async () => {
    const good = item('a.b')
    const items = [good, { ...good, signingInput: 'a.c' }, item(''), { ...good, signature: new Uint8Array(64) }]
    expect([...(await pool.verify(items))]).toEqual([1, 0, 1, 0])
    expect((await pool.verify([])).length).toBe(0)
  })

  it('refuses keys and signatures of a wrong length, and the others of the batch still pass', async () => {
    const good = item('text')
    const short = { ...good, publicKey: key.subarray(1) }
    const long = { ...good, signature: Buffer.concat([good.signature, good.signature]) }
    expect([...(await pool.verify([short, good, long, { ...good, publicKey: new Uint8Array() }]))]).toEqual([
      0, 1, 0, 0,
    ])
  })

  it('answers many batches at once', async () => {
    const batches = Array.from({ length: 40 }, (_, i) => [item(`${i}`), { ...item(`${i}`), signingInput: 'x' }])
    const verdicts = await Promise.all(batches.map(batch => pool.verify(batch)))
    expect(verdicts.every(([good, bad]) => good === 1 && bad === 0)).toBe(true)
  })
})

describe('single use', () => {
  it('agrees with the pool', () => {
    const good = item('single')
    expect(nodeVerify(key, good.signingInput, good.signature)).toBe(true)
    expect(nodeVerify(key, 'other', good.signature)).toBe(false)
    expect(nodeVerify(key.subarray(1), good.signingInput, good.signature)).toBe(false)
    expect(nodeVerify(key, good.signingInput, good.signature.subarray(1))).toBe(false)
  })

  it('hashes text as UTF-8', () => {
    const hex = Buffer.from(nodeSha256('abc')).toString('hex')
    expect(hex).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(nodeSha256('ä')).toEqual(nodeSha256(new Uint8Array([0xc3, 0xa4])))
  })

  it('refuses work after close', async () => {
    const pool = createVerifyPool(1)
    await pool.close()
    await expect(pool.verify([item('late')])).rejects.toThrow('closed')
  })
})

describe('the cache of what was verified', () => {
  it('does not take a known message with another signature for verified', () => {
    const cache = verifiedCache()
    const envelope = { hash: 'h', text: 'a.b.c' } as Parameters<typeof cache.get>[0]
    cache.add(envelope, key)
    expect(cache.get(envelope)).toBe(key)
    expect(cache.get({ ...envelope, text: 'a.b.x' })).toBeUndefined()
  })
})
