import { ok, type Result, reject } from '../errors/index.js'
import { decodeBase64url, encodeBase64url } from './base64url.js'
import type { WireCode } from './codes.js'
import { generations } from './generations.js'
import { type JsonObject, readJsonObject } from './json.js'
import { HEADER_CACHE, MAX_HEADER_CHARS, MAX_KID_CHARS } from './limits.js'
import { type Header, KINDS, type Kind } from './types.js'
import { encodeUtf8 } from './utf8.js'

const DID_URL = /^did:[a-z0-9]+:[A-Za-z0-9._:-]+#[A-Za-z0-9._~-]+$/

/** Headers repeat (one per signer and kind), so each is parsed once. Only accepted ones are kept. */
const parsed = generations<Header>(HEADER_CACHE)

/**
 * Reads a protected header: exactly `alg`, `typ`, `kid` (WIRE-2). `crit` and `b64` are extra members, hence refused.
 *
 * @param part - base64url text before the first dot, untrusted
 * @param keep - whether an accepted one is remembered
 */
export function readHeader(part: string, keep = true): Result<Header, WireCode> {
  const known = parsed.get(part)
  if (known !== undefined) return ok(known)
  if (part.length > MAX_HEADER_CHARS) return malformed('too-long')
  const bytes = decodeBase64url(part)
  if (bytes === undefined) return malformed('base64url')
  const json = readJsonObject(bytes)
  if (!json.ok) return malformed(json.code)
  const header = checkHeader(json.value)
  // Encoded afresh: a slice of the received text would keep the whole message alive in the cache.
  if (header.ok && keep) parsed.set(encodeBase64url(bytes), header.value)
  return header
}

/** Writes a protected header; members in the order of WIRE-2. */
export function writeHeader(typ: Kind, kid: string): string {
  return encodeBase64url(encodeUtf8(JSON.stringify({ alg: 'EdDSA', typ, kid })))
}

/** A DID URL with a fragment, at most 256 characters. */
export function isKid(kid: unknown): kid is string {
  return typeof kid === 'string' && kid.length <= MAX_KID_CHARS && DID_URL.test(kid)
}

function checkHeader(json: JsonObject): Result<Header, WireCode> {
  const { alg, typ, kid } = json
  if (alg !== 'EdDSA') return reject('ALG_REFUSED', { alg: typeof alg === 'string' ? alg.slice(0, 32) : undefined })
  const kind = KINDS.find(known => known === typ)
  if (kind === undefined) return reject('KIND_REFUSED', { typ: typeof typ === 'string' ? typ.slice(0, 64) : undefined })
  if (!isKid(kid)) return reject('KID_MALFORMED')
  if (Object.keys(json).length !== 3) return malformed('extra-member')
  return ok({ alg, typ: kind, kid })
}

function malformed(why: string) {
  return reject('ENVELOPE_MALFORMED', { part: 'header', why })
}
