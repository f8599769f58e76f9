/** Every platform that runs `core` has the Encoding Standard's classes; the language's own library does not list them. */
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }
declare const TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> }

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/** `String.fromCharCode` takes its characters as arguments: stay well below every engine's limit. */
const CHUNK = 4096

/**
 * Reads UTF-8, refusing what is not.
 *
 * @param bytes - untrusted
 * @returns the text, or `undefined` if the bytes are not well-formed UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  if (isAscii(bytes)) return asciiText(bytes)
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** Writes text as UTF-8; a lone surrogate becomes U+FFFD (the payload rules refuse those earlier). */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text)
}

function isAscii(bytes: Uint8Array): boolean {
  let all = 0
  for (let at = 0; at < bytes.length; at++) all |= bytes[at] ?? 0
  return all < 0x80
}

function asciiText(bytes: Uint8Array): string {
  if (bytes.length <= CHUNK) return fromCodes(bytes)
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK) text += fromCodes(bytes.subarray(at, at + CHUNK))
  return text
}

/** `apply` takes any array-like, which the library's types do not say; spreading is eight times slower. */
function fromCodes(codes: Uint8Array): string {
  return String.fromCharCode.apply(null, codes as unknown as number[])
}
