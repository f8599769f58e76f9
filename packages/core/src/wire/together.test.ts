import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkSignature,
  decodeBase64url,
  decodeEnvelope,
  encodeBase64url,
  MOST_TOGETHER,
  signTogether,
} from './index.js'

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest()
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const kid = 'did:key:z6Mk#z6Mk'
const signed: string[] = []
const signer = {
  kid,
  sign: (input: string) => {
    signed.push(input)
    return sign(null, Buffer.from(input), privateKey)
  },
}
const check = (_: Uint8Array, input: string, signature: Uint8Array) =>
  verify(null, Buffer.from(input), publicKey, signature)

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const message = (round: number, typ = 'conet-statement+jwt') => {
  const signingInput = `${base64url({ alg: 'EdDSA', typ, kid })}.${base64url({ round })}`
  return { signingInput, hash: sha256(signingInput).toString('hex') }
}
const messages = (count: number) => Array.from({ length: count }, (_, i) => message(i))
const isGood = (text: string) => {
  const decoded = decodeEnvelope(text, { sha256, together: true })
  return decoded.ok && checkSignature(decoded.value, new Uint8Array(32), check).ok
}
const refusal = (text: string) => {
  const decoded = decodeEnvelope(text, { sha256, together: true })
  return decoded.ok ? undefined : decoded.data.part
}
/** The text with other bytes in its signature part. */
const withPart = (text: string, change: (part: Buffer) => Uint8Array) => {
  const last = text.lastIndexOf('.') + 1
  return text.slice(0, last) + encodeBase64url(change(Buffer.from(decodeBase64url(text.slice(last)) ?? [])))
}

describe('several messages under one signature (WIRE-11)', () => {
  it('signs up to 64 at once, and each holds by itself', () => {
    for (const count of [1, 2, 3, 5, 16, 33, 63, MOST_TOGETHER]) {
      signed.length = 0
      const group = messages(count)
      const texts = signTogether(group, signer, sha256)
      expect(signed).toHaveLength(1)
      expect(texts).toHaveLength(count)
      texts.forEach((text, i) => {
        const decoded = decodeEnvelope(text, { sha256, together: true })
        expect(decoded).toMatchObject({ value: { payload: { round: i }, hash: group[i]?.hash } })
        expect(decoded.ok && decoded.value.signature.length).toBe(64)
        expect(isGood(text)).toBe(true)
      })
    }
    expect(() => signTogether(messages(65), signer, sha256)).toThrow(RangeError)
    expect(() => signTogether([], signer, sha256)).toThrow(RangeError)
  })

  it('signs one alone as any envelope', () => {
    const { signingInput, hash } = message(7)
    const [text = ''] = signTogether([{ signingInput, hash }], signer, sha256)
    expect(text).toBe(`${signingInput}.${sign(null, Buffer.from(signingInput), privateKey).toString('base64url')}`)
  })

  it('does not hold with any bit changed, nor for any other message', () => {
    const texts = signTogether(messages(11), signer, sha256)
    fc.assert(
      fc.property(fc.nat(10), fc.nat(10), fc.nat(), (one, other, at) => {
        const text = texts[one] ?? ''
        const flipped = withPart(text, part => {
          const bit = at % (part.length * 8)
          part[bit >> 3] = (part[bit >> 3] ?? 0) ^ (1 << (bit & 7))
          return part
        })
        expect(isGood(flipped)).toBe(false)
        const part = text.slice(text.lastIndexOf('.'))
        expect(isGood(message(100 + other).signingInput + part)).toBe(false)
        if (other !== one) expect(isGood(message(other).signingInput + part)).toBe(false)
      }),
    )
  })

  it('takes no way that is empty, too long, broken off, or says more than it has steps', () => {
    const [text = ''] = signTogether(messages(64), signer, sha256)
    expect(refusal(withPart(text, part => part.subarray(0, 65)))).toBe('signature')
    expect(refusal(withPart(text, part => part.subarray(0, part.length - 1)))).toBe('signature')
    expect(refusal(withPart(text, part => Buffer.concat([part, part.subarray(-32)])))).toBe('signature')
    expect(refusal(withPart(text, part => part.subarray(0, 40)))).toBe('signature')
    const sides = (part: Buffer) => {
      part[64] = 64
      return part
    }
    expect(refusal(withPart(text, sides))).toBe('signature')
  })

  it('is for statements only', () => {
    for (const typ of [
      'conet-tx+jwt',
      'conet-voucher+jwt',
      'conet-grant+jwt',
      'conet-close+jwt',
      'conet-request+jwt',
    ]) {
      const [text = ''] = signTogether([message(0, typ), message(1, typ)], signer, sha256)
      expect(refusal(text)).toBe('signature')
    }
  })

  it('is refused by whoever did not ask for it', () => {
    const [text = ''] = signTogether(messages(2), signer, sha256)
    expect(decodeEnvelope(text, { sha256 })).toMatchObject({ ok: false, code: 'ENVELOPE_MALFORMED' })
  })

  it('signs a text that is no envelope', () => {
    signed.length = 0
    signTogether(messages(2), signer, sha256)
    expect(signed[0]).toMatch(/^conet-together [A-Za-z0-9_-]{43}$/)
  })
})
