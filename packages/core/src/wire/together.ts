import { hexToBytes } from '@noble/hashes/utils.js'
import type { Hash } from '../units/index.js'
import { encodeBase64url } from './base64url.js'
import type { Kind, Sha256, Signer } from './types.js'

/**
 * One signature for several messages (WIRE-11): what is signed is the root of a binary tree of their hashes, and each message
 * carries the way from its own hash to the root. The same construction as a tree of RFC 9162 (section 2.1), without its
 * order: a way says at each step on which side the other hash stands.
 */

/** The only kind that may be signed so: a provider with many sessions signs a statement for each of them every few seconds. */
export const TOGETHER_KIND: Kind = 'conet-statement+jwt'
/** Two to the power of `MOST_STEPS`. A signature's share in one of 64 is below that of hashing it. */
export const MOST_TOGETHER = 64
const MOST_STEPS = 6

const SIGNATURE_BYTES = 64
const DIGEST_BYTES = 32
/** Signature, sides, and the first step. */
const STEPS_AT = SIGNATURE_BYTES + 1
/** Parts are put together here, one at a time: bytes of their own would cost as much as what is done with them. */
const scratch = new Uint8Array(STEPS_AT + MOST_STEPS * DIGEST_BYTES)
/** Before an inner hash. A message begins with a letter, so that none has the hash of an inner one (RFC 9162 section 2.1.1). */
const INNER = 0x01
/** What is signed holds a space, as no envelope does: nobody can be made to sign one for the other. */
const SIGNED = 'conet-together '

/** What is known of a message before it is signed. */
export interface Unsigned {
  /** `header.payload` */
  readonly signingInput: string
  /** Its SHA-256. */
  readonly hash: Hash
}

/** A signature part taken apart. */
export interface Signed {
  /** 64 bytes. */
  readonly signature: Uint8Array
  /** The text that they sign. */
  readonly signedText: string
}

/**
 * Signs messages of kind `conet-statement+jwt` by one signature; one alone is signed as any envelope.
 *
 * @param messages - 1 to 64
 * @returns the envelopes' texts, in the same order
 * @see docs/spec/wire.md WIRE-11
 */
export function signTogether(messages: readonly Unsigned[], signer: Signer, sha256: Sha256): string[] {
  const [first] = messages
  if (first === undefined || messages.length > MOST_TOGETHER) throw new RangeError('1 to 64 are signed together')
  if (messages.length === 1) return [`${first.signingInput}.${encodeBase64url(signer.sign(first.signingInput))}`]
  const ways: Way[] = messages.map(() => ({ sides: 0, steps: [] }))
  const digests = messages.map(({ hash }) => hexToBytes(hash))
  const signature = signer.sign(signedText(climb(digests, ways, sha256)))
  return messages.map(({ signingInput }, i) => `${signingInput}.${partOf(signature, ways[i])}`)
}

/** From a message up to the root: the hashes beside, and a bit for each that stands on the left. */
interface Way {
  sides: number
  readonly steps: Uint8Array[]
}

/** @returns root of the tree over `digests`; every way below it grows by its step. */
function climb(digests: readonly Uint8Array[], ways: readonly Way[], sha256: Sha256): Uint8Array {
  const [only] = digests
  if (only !== undefined && digests.length === 1) return only
  const half = Math.ceil(digests.length / 2)
  const left = climb(digests.slice(0, half), ways.slice(0, half), sha256)
  const right = climb(digests.slice(half), ways.slice(half), sha256)
  ways.forEach((way, i) => {
    const isRight = i >= half
    if (isRight) way.sides |= 1 << way.steps.length
    way.steps.push(isRight ? left : right)
  })
  return inner(left, right, sha256)
}

/**
 * Takes a signature part that is longer than a signature apart.
 *
 * @param bytes - untrusted
 * @param hash - of the message that carries it
 * @returns `undefined` if it has another form
 */
export function readTogether(bytes: Uint8Array, hash: Hash, sha256: Sha256): Signed | undefined {
  const steps = (bytes.length - STEPS_AT) / DIGEST_BYTES
  const sides = bytes[SIGNATURE_BYTES] ?? 0
  if (!Number.isInteger(steps) || steps < 1 || steps > MOST_STEPS || sides >> steps !== 0) return undefined
  let digest: Uint8Array = hexToBytes(hash)
  for (let i = 0; i < steps; i++) {
    const beside = bytes.subarray(STEPS_AT + i * DIGEST_BYTES, STEPS_AT + (i + 1) * DIGEST_BYTES)
    const isRight = ((sides >> i) & 1) === 1
    digest = isRight ? inner(beside, digest, sha256) : inner(digest, beside, sha256)
  }
  return { signature: bytes.subarray(0, SIGNATURE_BYTES), signedText: signedText(digest) }
}

function partOf(signature: Uint8Array, way: Way | undefined): string {
  const steps = way?.steps ?? []
  scratch.set(signature)
  scratch[SIGNATURE_BYTES] = way?.sides ?? 0
  steps.forEach((digest, i) => {
    scratch.set(digest, STEPS_AT + i * DIGEST_BYTES)
  })
  return encodeBase64url(scratch.subarray(0, STEPS_AT + steps.length * DIGEST_BYTES))
}

function inner(left: Uint8Array, right: Uint8Array, sha256: Sha256): Uint8Array {
  const bytes = scratch.subarray(0, 1 + 2 * DIGEST_BYTES)
  bytes[0] = INNER
  bytes.set(left, 1)
  bytes.set(right, 1 + DIGEST_BYTES)
  return sha256(bytes)
}

function signedText(root: Uint8Array): string {
  return SIGNED + encodeBase64url(root)
}
