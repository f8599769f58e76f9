import { MAX_ENVELOPE_CHARS } from './limits.js'
import { decodeAscii } from './utf8.js'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const INVALID = 0xff

/** Letters are written here, one text at a time: bytes of their own would cost as much as the writing. */
const scratch = new Uint8Array(MAX_ENVELOPE_CHARS)
/** Value of each ASCII character, `INVALID` outside the alphabet. */
const VALUE = new Uint8Array(128).fill(INVALID)
/** Character code of each value. */
const LETTERS = Uint8Array.from(ALPHABET, character => character.charCodeAt(0))
LETTERS.forEach((code, value) => {
  VALUE[code] = value
})

/**
 * Reads base64url in its one accepted form: no padding, no line breaks, unused bits zero (WIRE-3). One text for one
 * byte string: otherwise a message could be changed without changing what it says.
 *
 * @param text - untrusted
 * @returns the bytes, or `undefined` if the text is any other form
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array((text.length * 3) >> 2)
  return decodeBase64urlInto(bytes, text, 0, text.length) === -1 ? undefined : bytes
}

/**
 * Same reading of the characters `from` to `end` of a text, into the caller's bytes, which must be long enough.
 *
 * @returns how many bytes it made, -1 if the text is any other form
 */
export function decodeBase64urlInto(bytes: Uint8Array, text: string, from: number, end: number): number {
  const rest = (end - from) & 3
  if (rest === 1) return -1
  const whole = end - rest
  let to = 0
  for (let at = from; at < whole; at += 4) {
    const a = valueAt(text, at)
    const b = valueAt(text, at + 1)
    const c = valueAt(text, at + 2)
    const d = valueAt(text, at + 3)
    if ((a | b | c | d) > 63) return -1
    bytes[to] = (a << 2) | (b >> 4)
    bytes[to + 1] = (b << 4) | (c >> 2)
    bytes[to + 2] = (c << 6) | d
    to += 3
  }
  if (rest === 0) return to
  return decodeTail(text, whole, end, bytes, to) ? to + rest - 1 : -1
}

/**
 * Writes base64url without padding.
 *
 * @returns text that `decodeBase64url` reads back to the same bytes
 */
export function encodeBase64url(bytes: Uint8Array): string {
  const length = Math.ceil((bytes.length * 4) / 3)
  const letters = length <= scratch.length ? scratch : new Uint8Array(length)
  const left = bytes.length % 3
  const whole = bytes.length - left
  let to = 0
  for (let at = 0; at < whole; at += 3) {
    const word = (byteAt(bytes, at) << 16) | (byteAt(bytes, at + 1) << 8) | byteAt(bytes, at + 2)
    letters[to] = letter(word >> 18)
    letters[to + 1] = letter(word >> 12)
    letters[to + 2] = letter(word >> 6)
    letters[to + 3] = letter(word)
    to += 4
  }
  if (left > 0) {
    const word = (byteAt(bytes, whole) << 16) | (byteAt(bytes, whole + 1) << 8)
    letters[to] = letter(word >> 18)
    letters[to + 1] = letter(word >> 12)
    if (left === 2) letters[to + 2] = letter(word >> 6)
  }
  // One flat text: written letter by letter it would stay a chain of pieces, ten times as large, for as long as it is kept.
  return decodeAscii(letters.subarray(0, length))
}

function decodeTail(text: string, at: number, end: number, bytes: Uint8Array, to: number): boolean {
  const a = valueAt(text, at)
  const b = valueAt(text, at + 1)
  const two = end - at === 2
  const c = two ? 0 : valueAt(text, at + 2)
  if ((a | b | c) > 63 || (two ? b & 15 : c & 3) !== 0) return false
  bytes[to] = (a << 2) | (b >> 4)
  if (!two) bytes[to + 1] = (b << 4) | (c >> 2)
  return true
}

function valueAt(text: string, at: number): number {
  return VALUE[text.charCodeAt(at)] ?? INVALID
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0
}

/** Character code of six bits. */
function letter(bits: number): number {
  return LETTERS[bits & 63] ?? 0
}
