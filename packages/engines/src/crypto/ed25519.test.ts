import { readFileSync } from 'node:fs'
import { checkPublicKey, verifyBytes as portableVerify, signerFromSeed } from '@conet/core/identity'
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeSigner, verifierOver } from './ed25519.js'
import { libsodium } from './libsodium.js'
import { verifyKeepingKeys } from './openssl.js'

interface Vector {
  readonly name: string
  readonly publicKey: string
  readonly message: string
  readonly signature: string
  readonly valid: boolean
}
const file = new URL('../../../../vectors/identity.json', import.meta.url)
const vectors: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8')).signatures
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

const verifiers = [
  ['as a node verifies', verifierOver(libsodium)],
  ['without libsodium', verifierOver(undefined)],
  ['in a thread', verifyKeepingKeys],
] as const

/** A point of order 8, of which the others of small order are multiples. */
const TORSION = ed25519.Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')
const { Point } = ed25519
const order = Point.Fn.ORDER
const littleEndian = (of: Uint8Array) => BigInt(`0x${Buffer.from(of).reverse().toString('hex')}`)
const torsion = (times: number) => (times === 0 ? Point.ZERO : TORSION.multiplyUnsafe(BigInt(times)))
const scalar = (of: bigint) => Buffer.from(of.toString(16).padStart(64, '0'), 'hex').reverse()

interface Odd {
  readonly secret: bigint
  readonly nonce: bigint
  readonly message: Uint8Array
  /** Parts of small order in the key and in R, as multiples of `TORSION`. */
  readonly inKey: number
  readonly inR: number
}

/** What a signer with an odd key or an odd R can make: right up to parts of small order. */
function oddSignature({ secret, nonce, message, inKey, inR }: Odd) {
  const publicKey = Point.BASE.multiply(secret).add(torsion(inKey)).toBytes()
  const base = nonce === 0n ? Point.ZERO : Point.BASE.multiply(nonce)
  const r = base.add(torsion(inR)).toBytes()
  const challenge = littleEndian(sha512(Buffer.concat([r, publicKey, message]))) % order
  return { publicKey, signature: Buffer.concat([r, scalar((nonce + challenge * secret) % order)]) }
}

it('finds libsodium on this machine, so that the tests below are about two libraries', ({ skip }) => {
  if (libsodium === undefined) skip('sodium-native has no build for this machine')
  expect(libsodium).toBeDefined()
})

describe.each(verifiers)('signatures (IDN-3, IDN-4) %s', (_, verify) => {
  it.each(vectors)('$valid: $name', ({ publicKey, message, signature, valid }) => {
    const verdict = () => verify(bytes(publicKey), bytes(message), bytes(signature))
    // Keys are screened before any verifier sees them (IDN-1).
    if (checkPublicKey(bytes(publicKey)).ok) expect(verdict()).toBe(valid)
    else expect(valid).toBe(false)
  })

  it('are taken or refused as the portable verifier does, also with parts of small order anywhere', () => {
    const part = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 7 }))
    const odd = fc.record({
      secret: fc.bigInt(1n, order - 1n),
      nonce: fc.oneof(fc.constant(0n), fc.bigInt(1n, order - 1n)),
      message: fc.uint8Array({ maxLength: 100 }),
      inKey: part,
      inR: part,
    })
    const verdicts = new Set<boolean>()
    fc.assert(
      fc.property(odd, fc.option(fc.integer({ min: 0, max: 511 }), { freq: 1 }), (made, flipped) => {
        const { publicKey, signature } = oddSignature(made)
        if (flipped !== null) signature[flipped >> 3] = (signature[flipped >> 3] ?? 0) ^ (1 << (flipped & 7))
        const expected = portableVerify(publicKey, made.message, signature)
        verdicts.add(expected)
        expect(verify(publicKey, made.message, signature)).toBe(expected)
      }),
      { numRuns: 150 },
    )
    expect(verdicts.size).toBe(2)
  })

  it('are refused, without a throw, for keys off the curve, which the cheap look lets pass (IDN-5)', () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter(one => {
      const checked = checkPublicKey(one)
      return !checked.ok && checked.code === 'KEY_NOT_ON_CURVE'
    })
    const r = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.constant(TORSION.toBytes()))
    fc.assert(
      fc.property(key, r, fc.bigInt(0n, order - 1n), (publicKey, point, s) => {
        expect(verify(publicKey, bytes('00'), Buffer.concat([point, scalar(s)]))).toBe(false)
      }),
      { numRuns: 50 },
    )
  })

  it('are refused for keys and signatures of another length', () => {
    const { publicKey, signature } = oddSignature({ secret: 5n, nonce: 7n, message: bytes(''), inKey: 0, inR: 0 })
    expect(verify(publicKey, bytes(''), signature)).toBe(true)
    expect(verify(publicKey.subarray(1), bytes(''), signature)).toBe(false)
    expect(verify(publicKey, bytes(''), signature.subarray(1))).toBe(false)
  })
})

describe('signing', () => {
  it('gives the same bytes with libsodium, with OpenSSL and without native code', () => {
    const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(seed, fc.string({ unit: 'binary-ascii' }), (secret, input) => {
        const portable = signerFromSeed(secret, 'did:conet:demo:x#y')
        for (const sodium of [libsodium, undefined]) {
          const signer = nodeSigner(secret, 'did:conet:demo:x#y', sodium)
          expect(signer).toMatchObject({ kid: portable.kid, did: portable.did, publicKey: portable.publicKey })
          expect(Buffer.from(signer.sign(input)).equals(portable.sign(input))).toBe(true)
        }
      }),
      { numRuns: 30 },
    )
  })
})
