/** Every platform that runs `core` has the Encoding Standard's classes; the language's own library does not list them. */
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }
declare const TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> }

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/**
 * Reads UTF-8, refusing what is not.
 *
 * @param bytes - untrusted
 * @returns the text, or `undefined` if the bytes are not well-formed UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
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

/** The text of ASCII codes; the caller knows that they are. */
export function decodeAscii(codes: Uint8Array): string {
  return decoder.decode(codes)
}
