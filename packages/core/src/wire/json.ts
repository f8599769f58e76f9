import { type Accepted, ok, type Rejection, reject } from '../errors/index.js'
import { MAX_DEPTH } from './limits.js'
import { decodeUtf8 } from './utf8.js'

/** A parsed JSON object whose members have no checked shape yet. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Why a text is not an acceptable JSON object: a fixed word for `data.why`. */
export type JsonFault = 'utf8' | 'json' | 'not-object' | 'duplicate' | 'proto' | 'depth' | 'number' | 'text'

type JsonResult = Accepted<JsonObject> | Rejection<JsonFault>

const LONE_SURROGATE = /\p{Surrogate}/u
const COLON = 0x3a
const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * Reads one JSON object under the rules every implementation can agree on (WIRE-5): UTF-8, no duplicate member, no
 * `__proto__`, at most 16 levels, every number an integer within ±(2^53 - 1), no lone surrogate.
 *
 * @param bytes - untrusted
 */
export function readJsonObject(bytes: Uint8Array): JsonResult {
  const text = decodeUtf8(bytes)
  return text === undefined ? reject('utf8') : parseJsonObject(text)
}

/** Same rules on text. */
export function parseJsonObject(text: string): JsonResult {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return reject('json')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return reject('not-object')
  const escapes = text.includes('\\')
  const walk = new Walk(escapes)
  const fault = walk.object(value as JsonObject, 1)
  if (fault !== undefined) return reject(fault)
  // The parser keeps the last of two equal names, so fewer names are left than the text has.
  if (walk.names !== countNames(text, escapes)) return reject('duplicate')
  return ok(value as JsonObject)
}

/** Visits every value once, counting member names. Texts need a look only if the source had escapes. */
class Walk {
  names = 0
  readonly #escapes: boolean

  constructor(escapes: boolean) {
    this.#escapes = escapes
  }

  object(value: JsonObject, depth: number): JsonFault | undefined {
    if (depth > MAX_DEPTH) return 'depth'
    // Of a parsed object only its own names: were there others, fewer would be in the text, and it would be refused.
    for (const name in value) {
      this.names++
      if (name === '__proto__') return 'proto'
      const fault = this.#text(name) ?? this.#value(value[name], depth)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  #array(values: readonly unknown[], depth: number): JsonFault | undefined {
    if (depth > MAX_DEPTH) return 'depth'
    for (const value of values) {
      const fault = this.#value(value, depth)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  #value(value: unknown, depth: number): JsonFault | undefined {
    if (typeof value === 'string') return this.#text(value)
    if (typeof value === 'number') return Number.isSafeInteger(value) ? undefined : 'number'
    if (typeof value !== 'object' || value === null) return undefined
    return Array.isArray(value) ? this.#array(value, depth + 1) : this.object(value as JsonObject, depth + 1)
  }

  #text(text: string): JsonFault | undefined {
    return this.#escapes && LONE_SURROGATE.test(text) ? 'text' : undefined
  }
}

/** Counts the strings followed by a colon. The text is known to be JSON, so quotes outside strings come in pairs. */
function countNames(text: string, escapes: boolean): number {
  let names = 0
  let at = text.indexOf('"')
  while (at !== -1) {
    let next = (escapes ? closingQuote(text, at) : text.indexOf('"', at + 1)) + 1
    while (isSpace(text.charCodeAt(next))) next++
    if (text.charCodeAt(next) === COLON) names++
    at = text.indexOf('"', next)
  }
  return names
}

function closingQuote(text: string, open: number): number {
  let at = open + 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    at += code === BACKSLASH ? 2 : 1
  }
  return at
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
