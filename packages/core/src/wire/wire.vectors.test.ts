import { createHash, createHmac, createPrivateKey, createPublicKey, verify as nodeVerify, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  checkSignature,
  decodeBase64url,
  decodeEnvelope,
  encodeBase64url,
  type Kind,
  signEnvelope,
  signTogether,
} from './index.js'
import { readJsonObject } from './json.js'
import { encodeUtf8 } from './utf8.js'

interface Vectors {
  readonly rfc8037: { readonly jwk: { kty: string; crv: string; d: string; x: string }; readonly text: string }
  readonly base64url: readonly { readonly text: string; readonly hex: string | null }[]
  readonly accepted: readonly { kind: Kind; kid: string; seed: string; payload: object; text: string; hash: string }[]
  readonly together: { seed: string; kid: string; payloads: object[]; signedText: string; texts: string[] }
  readonly numbers: readonly { text: string; integer: string | null }[]
  readonly refused: readonly { name: string; text: string; code: string; part?: string; why?: string }[]
}

const vectors: Vectors = JSON.parse(readFileSync(new URL('../../../../vectors/wire.json', import.meta.url), 'utf8'))
const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest()
const hex = (bytes: Uint8Array | undefined) => (bytes === undefined ? null : Buffer.from(bytes).toString('hex'))

/** PKCS #8 of an Ed25519 seed: RFC 8410 section 7. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const privateKey = (seed: Uint8Array) =>
  createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
const nodeSigner = (seed: Uint8Array, kid: string) => {
  const key = privateKey(seed)
  return { kid, sign: (input: string) => sign(null, Buffer.from(input), key) }
}

describe('vectors/wire.json', () => {
  it.each(vectors.base64url)('base64url $text', ({ text, hex: expected }) => {
    const bytes = decodeBase64url(text)
    expect(hex(bytes)).toBe(expected)
    if (bytes !== undefined) expect(encodeBase64url(bytes)).toBe(text)
  })

  it.each(vectors.accepted)('accepts and makes $kind', ({ kind, kid, seed, payload, text, hash }) => {
    const decoded = decodeEnvelope(text, { sha256 })
    expect(decoded).toMatchObject({ ok: true, value: { header: { alg: 'EdDSA', typ: kind, kid }, payload, hash } })
    expect(signEnvelope(kind, payload, nodeSigner(Buffer.from(seed, 'hex'), kid))).toBe(text)
  })

  it.each(vectors.numbers)('reads the number $text as $integer', ({ text, integer }) => {
    const read = readJsonObject(encodeUtf8(`{"n":${text}}`))
    expect(read.ok ? BigInt(Number(read.value.n)).toString() : null).toBe(integer)
  })

  it('accepts and makes statements signed together', () => {
    const { seed, kid, payloads, signedText, texts } = vectors.together
    const signer = nodeSigner(Buffer.from(seed, 'hex'), kid)
    const messages = payloads.map(payload => {
      const text = signEnvelope('conet-statement+jwt', payload, signer)
      const signingInput = text.slice(0, text.lastIndexOf('.'))
      return { signingInput, hash: sha256(signingInput).toString('hex') }
    })
    expect(signTogether(messages, signer, sha256)).toEqual(texts)
    texts.forEach((text, i) => {
      const decoded = decodeEnvelope(text, { sha256, together: true })
      expect(decoded).toMatchObject({ value: { payload: payloads[i], hash: messages[i]?.hash, signedText } })
      const key = createPublicKey(privateKey(Buffer.from(seed, 'hex')))
      const check = (_: Uint8Array, input: string, bytes: Uint8Array) =>
        nodeVerify(null, Buffer.from(input), key, bytes)
      expect(decoded.ok && checkSignature(decoded.value, new Uint8Array(32), check).ok).toBe(true)
    })
  })

  it.each(vectors.refused)('refuses: $name', ({ text, code, part, why }) => {
    const decoded = decodeEnvelope(text, { sha256 })
    expect(decoded).toMatchObject({ ok: false, code, data: part === undefined ? {} : { part, why } })
  })

  it('RFC 8037 A.4 verifies, is signed to the same text, and is no envelope of ours', () => {
    const { jwk, text } = vectors.rfc8037
    const [header = '', payload = '', signature = ''] = text.split('.')
    const input = `${header}.${payload}`
    const { d, ...publicJwk } = jwk
    const key = createPublicKey({ key: publicJwk, format: 'jwk' })
    const bytes = decodeBase64url(signature) ?? new Uint8Array()
    expect(nodeVerify(null, Buffer.from(input), key, bytes)).toBe(true)
    const seed = decodeBase64url(d) ?? new Uint8Array()
    expect(`${input}.${encodeBase64url(nodeSigner(seed, 'did:x:y#z').sign(input))}`).toBe(text)
    expect(decodeEnvelope(text, { sha256 })).toMatchObject({ ok: false, code: 'KIND_REFUSED' })
  })

  it('has RFC 7515 A.1 as the RFC has it: its own key verifies it', () => {
    const text = vectors.refused.find(({ name }) => name.startsWith('RFC 7515 A.1'))?.text ?? ''
    const [header, payload, mac] = text.split('.')
    const key = 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'
    const made = createHmac('sha256', decodeBase64url(key) ?? '')
      .update(`${header}.${payload}`)
      .digest()
    expect(encodeBase64url(made)).toBe(mac)
  })
})
