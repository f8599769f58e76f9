import { createPublicKey, verify as nodeVerify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { base58btc } from 'multiformats/bases/base58'
import { describe, expect, it } from 'vitest'
import type { Result } from '../errors/index.js'
import {
  checkPublicKey,
  checkSignatureForm,
  type DidState,
  deactivate,
  decodeDidKey,
  didKeyDocument,
  encodeDidKey,
  incept,
  type OperationContext,
  publicKeyFromSeed,
  resolveHistory,
  revoke,
  rotate,
  screenPublicKey,
  update,
  type VersionQuery,
  verifyBytes,
} from './index.js'

interface Operation {
  readonly operation: 'incept' | 'rotate' | 'revoke' | 'update' | 'deactivate'
  readonly body: never
  readonly signer: string
  readonly timeMs: number
  readonly code: string
  readonly state?: DidState
}
interface Vectors {
  readonly didKey: readonly { seed: string; did: string; publicKeyBase58: string }[]
  readonly keys: readonly { name: string; publicKey: string; code: string }[]
  readonly signatures: readonly {
    name: string
    publicKey: string
    message: string
    signature: string
    form: string
    valid: boolean
  }[]
  readonly didConet: {
    readonly lid: string
    readonly operations: readonly Operation[]
    readonly resolutions: readonly { readonly query: VersionQuery; readonly result: object }[]
  }
}

const vectors: Vectors = JSON.parse(readFileSync(new URL('../../../../vectors/identity.json', import.meta.url), 'utf8'))
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const code = (result: Result<unknown>) => (result.ok ? 'OK' : result.code)
const nativeKey = (key: Uint8Array) =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') }, format: 'jwk' })

describe('keys (IDN-1)', () => {
  it.each(vectors.keys)('$code: $name', ({ publicKey, code: expected }) => {
    expect(code(checkPublicKey(bytes(publicKey)))).toBe(expected)
    const screened = expected === 'KEY_NOT_ON_CURVE' ? 'OK' : expected
    expect(code(screenPublicKey(bytes(publicKey)))).toBe(screened)
  })
})

describe('signatures (IDN-3, IDN-4)', () => {
  it.each(vectors.signatures)('$valid: $name', ({ publicKey, message, signature, form, valid }) => {
    expect(code(checkSignatureForm(bytes(signature)))).toBe(form)
    expect(verifyBytes(bytes(publicKey), bytes(message), bytes(signature))).toBe(valid)
  })

  it.each(vectors.signatures)('the native verifier behind the key rule agrees: $name', vector => {
    const key = bytes(vector.publicKey)
    const native =
      checkPublicKey(key).ok && nodeVerify(null, bytes(vector.message), nativeKey(key), bytes(vector.signature))
    expect(native).toBe(vector.valid)
  })
})

describe('did:key of the W3C CCG key pairs (IDN-10)', () => {
  it.each(vectors.didKey)('$did', ({ seed, did, publicKeyBase58 }) => {
    const key = publicKeyFromSeed(bytes(seed))
    expect(base58btc.baseEncode(key)).toBe(publicKeyBase58)
    expect(encodeDidKey(key)).toBe(did)
    expect(decodeDidKey(did)).toEqual({ ok: true, value: key })
    const method = `${did}#${did.slice('did:key:'.length)}`
    expect(didKeyDocument(did)).toMatchObject({
      value: { id: did, assertionMethod: [method], authentication: [method], capabilityInvocation: [method] },
    })
  })
})

describe('did:conet history', () => {
  const { lid, operations, resolutions } = vectors.didConet
  const history: DidState[] = []

  function run({ operation, body, signer, timeMs }: Operation) {
    const context: OperationContext = { signer, timeMs }
    if (operation === 'incept') return incept(lid, body, context)
    const current = history.at(-1)
    if (current === undefined) throw new Error('the first operation is the inception')
    return { rotate, revoke, update, deactivate }[operation](current, body, context)
  }

  it('comes out as written, operation by operation, and resolves as written', () => {
    for (const operation of operations) {
      const result = run(operation)
      expect(code(result)).toBe(operation.code)
      if (result.ok) {
        expect(result.value).toEqual(operation.state)
        history.push(result.value)
      }
    }
    for (const { query, result } of resolutions) expect(resolveHistory(history, query)).toEqual(result)
  })
})
