import { bytesToHex } from '@noble/hashes/utils.js'
import { ConetError, ok, type Result, reject } from '../errors/index.js'
import type { Hash } from '../units/index.js'
import { decodeBase64url, decodeBase64urlInto, encodeBase64url } from './base64url.js'
import type { WireCode } from './codes.js'
import { isKid, readHeader, writeHeader } from './header.js'
import { parseJsonObject, readJsonObject } from './json.js'
import { MAX_CHARS, MAX_ENVELOPE_CHARS, MAX_TOGETHER_CHARS, SIGNATURE_CHARS } from './limits.js'
import { readTogether, TOGETHER_KIND } from './together.js'
import type { Envelope, Kind, Sha256, Signer, Verify } from './types.js'
import { encodeUtf8 } from './utf8.js'

/** Payloads are decoded here, one at a time: bytes of their own would cost as much as the decoding. */
const scratch = new Uint8Array(MAX_ENVELOPE_CHARS)

export interface DecodeOptions {
  readonly sha256: Sha256
  /** Lowers the limit of the kind, never raises it. */
  readonly maxBytes?: number
  /** Kinds that are meant here; any other is `KIND_REFUSED`. Default: all. */
  readonly kinds?: readonly Kind[]
  /** The signer is not met again soon: its header is not remembered. */
  readonly once?: boolean
  /**
   * Statements that were signed together are read, too (WIRE-11). Only for who asks `checkSignature`: it knows what was signed.
   */
  readonly together?: boolean
}

/**
 * Reads a compact JWS as an envelope. The signature is not checked, nor the payload's shape.
 *
 * @param text - untrusted input of any type
 * @returns codes `ENVELOPE_MALFORMED` (`data.part`, `data.why`), `ENVELOPE_TOO_LARGE`, `ALG_REFUSED`, `KIND_REFUSED`, `KID_MALFORMED`
 * @see docs/spec/wire.md WIRE-1 to WIRE-7; RFC 7515 section 7.1
 */
export function decodeEnvelope(text: unknown, options: DecodeOptions): Result<Envelope, WireCode> {
  if (typeof text !== 'string') return malformed('envelope', 'not-text')
  if (text.length > MAX_ENVELOPE_CHARS) return tooLarge(text.length, MAX_ENVELOPE_CHARS)
  const first = text.indexOf('.')
  const second = text.indexOf('.', first + 1)
  if (first < 1 || second === -1) return malformed('envelope', 'segments')

  const header = readHeader(text.slice(0, first), options.once !== true)
  if (!header.ok) return header
  const { typ } = header.value
  if (options.kinds !== undefined && !options.kinds.includes(typ)) return reject('KIND_REFUSED', { typ })
  const limit = Math.min(MAX_CHARS[typ], options.maxBytes ?? MAX_CHARS[typ])
  if (text.length > limit) return tooLarge(text.length, limit)
  const signatureChars = text.length - second - 1
  const isTogether = signatureChars !== SIGNATURE_CHARS
  const mayBe = options.together === true && typ === TOGETHER_KIND && signatureChars <= MAX_TOGETHER_CHARS
  if (isTogether && !mayBe) return malformed('signature', 'length')
  const signature = decodeBase64url(text.slice(second + 1))
  if (signature === undefined) return malformed('signature', 'base64url')

  const length = decodeBase64urlInto(scratch, text, first + 1, second)
  if (length === -1) return malformed('payload', 'base64url')
  const payload = readJsonObject(scratch.subarray(0, length))
  if (!payload.ok) return malformed('payload', payload.code)
  const signingInput = text.slice(0, second)
  const hash = hashText(signingInput, options.sha256)
  const envelope = { text, header: header.value, payload: payload.value, signingInput, signature, hash }
  if (!isTogether) return ok(envelope)
  const signed = readTogether(signature, hash, options.sha256)
  return signed === undefined ? malformed('signature', 'length') : ok({ ...envelope, ...signed })
}

/**
 * Signs a payload. Bigints become decimal strings, members that are `undefined` are left out.
 *
 * @param kind - goes to `typ`
 * @param payload - must become a JSON object that `decodeEnvelope` accepts: numbers are integers within ±(2^53 - 1)
 * @returns the envelope's text
 * @throws {ConetError} `PAYLOAD_MALFORMED` for a payload nobody would accept, `KID_MALFORMED`, `ENVELOPE_TOO_LARGE`
 * @see docs/spec/wire.md WIRE-1, WIRE-5, WIRE-6
 */
export function signEnvelope(kind: Kind, payload: object, signer: Signer): string {
  if (!isKid(signer.kid)) throw new ConetError('KID_MALFORMED', `cannot sign as ${signer.kid}: not a DID URL`)
  const signingInput = `${writeHeader(kind, signer.kid)}.${encodeBase64url(encodeUtf8(payloadText(payload)))}`
  const length = signingInput.length + 1 + SIGNATURE_CHARS
  if (length > MAX_CHARS[kind]) {
    throw new ConetError('ENVELOPE_TOO_LARGE', `${kind} would have ${length} characters; at most ${MAX_CHARS[kind]}`, {
      data: { length, limit: MAX_CHARS[kind] },
    })
  }
  return `${signingInput}.${encodeBase64url(signer.sign(signingInput))}`
}

/**
 * Checks the signature of a decoded envelope with the key its `kid` was resolved to.
 *
 * @param publicKey - 32 bytes that passed identity's `checkPublicKey`
 * @returns the same envelope, or `SIGNATURE_INVALID`
 */
export function checkSignature(
  envelope: Envelope,
  publicKey: Uint8Array,
  verify: Verify,
): Result<Envelope, 'SIGNATURE_INVALID'> {
  const { signedText = envelope.signingInput, signature } = envelope
  if (verify(publicKey, signedText, signature)) return ok(envelope)
  return reject('SIGNATURE_INVALID', { kid: envelope.header.kid, hash: envelope.hash })
}

function payloadText(payload: object): string {
  const text = JSON.stringify(payload, plain)
  const checked = parseJsonObject(text)
  if (checked.ok) return text
  throw new ConetError('PAYLOAD_MALFORMED', `payload cannot be signed: ${checked.code}`, {
    data: { why: checked.code },
  })
}

/** JSON.stringify would write NaN and Infinity as null: refuse them, and every other number that is no safe integer. */
function plain(name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new ConetError('PAYLOAD_MALFORMED', `payload cannot be signed: ${name} is not an integer within 2^53`, {
      data: { why: 'number', path: name },
    })
  }
  return value
}

/** SHA-256 as lower-case hex, by the shortest way that the platform offers. */
export function hashText(text: string, sha256: Sha256): Hash {
  return sha256.hex?.(text) ?? bytesToHex(sha256(text))
}

function malformed(part: 'envelope' | 'header' | 'payload' | 'signature', why: string) {
  return reject('ENVELOPE_MALFORMED', { part, why })
}

function tooLarge(length: number, limit: number) {
  return reject('ENVELOPE_TOO_LARGE', { length, limit })
}
