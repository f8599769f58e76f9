import { deflateSync, inflateSync } from 'node:zlib'
import { isWake } from './wake.js'

/**
 * Several transactions as one text of CometBFT, one a line. Each text there costs a check, a message to every peer, a result
 * and a leaf in three hash trees, whatever it holds; a bundle pays that once. Each byte costs there too, on every way to
 * every peer: the lines are deflated (RFC 1950). The ledger does not know of either: its block holds the transactions one by
 * one, in the order of the lines.
 */

/** No envelope holds a line break, for it is no base64url (WIRE-3). */
const BREAK = '\n'
const BREAK_BYTE = 0x0a
/** From here on the share of one member in what a bundle costs is too small to measure. */
export const MAX_BUNDLE_TXS = 128
/** Two of the largest transactions, half of the largest text that CometBFT is set to take, a sixteenth of a block. */
export const MAX_BUNDLE_CHARS = 128 * 1024
/** First byte of what is deflated (RFC 1950 §2.2: deflate, a window of 32 KiB); no envelope begins with it. */
const DEFLATED = 0x78
/** Envelopes shrink to a third or a quarter. Who sends a few bytes shall not make every node go over many. */
const MAX_EXPANSION = 8
/** What zlib says of bytes that it cannot inflate, and Node of too many that come out. */
const BAD_INPUT: ReadonlySet<string> = new Set(['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_NEED_DICT', 'ERR_BUFFER_TOO_LARGE'])
/** The fastest; the others win 3 % in size. */
const LEVEL = 1

/**
 * Packs texts in their order. One that stays alone is left as it is, as is one that asks for a block.
 *
 * @param texts - not empty, without line breaks
 * @returns texts for CometBFT, each with 1 to 128 of those given
 */
export function packBundles(texts: readonly string[]): string[] {
  const bundles: string[] = []
  let lines: string[] = []
  let chars = 0
  const close = () => {
    const text = lines.join(BREAK)
    if (lines.length > 0) bundles.push(lines.length > 1 ? deflated(text) : text)
    lines = []
    chars = 0
  }
  for (const text of texts) {
    const isAlone = isWake(text)
    if (isAlone || lines.length === MAX_BUNDLE_TXS || chars + text.length > MAX_BUNDLE_CHARS) close()
    lines.push(text)
    chars += text.length + BREAK.length
    if (isAlone) close()
  }
  close()
  return bundles
}

/**
 * The transactions that a text of CometBFT holds, at least one; whether they are any is for others to say.
 *
 * @param bundle - untrusted, one character for each byte
 * @returns each a string of its own, so that whoever keeps one does not keep all; `undefined` if the text is larger than a
 * bundle may be, has an empty line, or is deflated badly, in vain or for a single line
 */
export function unpackBundle(bundle: string): string[] | undefined {
  const isDeflated = bundle.charCodeAt(0) === DEFLATED
  if (!isDeflated && !bundle.includes(BREAK)) return [bundle]
  const bytes = Buffer.from(bundle, 'latin1')
  const plain = isDeflated ? inflated(bytes) : bytes
  const lines = plain === undefined || plain.length > MAX_BUNDLE_CHARS ? undefined : linesOf(plain)
  return lines?.length === 1 ? undefined : lines
}

/** @returns `undefined` if there are too many, or an empty one */
function linesOf(plain: Buffer): string[] | undefined {
  const lines: string[] = []
  for (let from = 0, to = 0; to < plain.length; from = to + 1) {
    const at = plain.indexOf(BREAK_BYTE, from)
    to = at === -1 ? plain.length : at
    if (to === from || lines.length === MAX_BUNDLE_TXS) return undefined
    lines.push(plain.toString('latin1', from, to))
  }
  return lines
}

/** As it is where that does not help, or where nobody would take it. */
function deflated(text: string): string {
  const bytes = deflateSync(Buffer.from(text, 'latin1'), { level: LEVEL })
  const isTaken = bytes.length < text.length && text.length <= MAX_EXPANSION * bytes.length
  return isTaken ? bytes.toString('latin1') : text
}

/** @returns `undefined` if it is not whole, holds more after its end, becomes too large, or not larger */
function inflated(bytes: Buffer): Buffer | undefined {
  const maxOutputLength = Math.min(MAX_BUNDLE_CHARS, MAX_EXPANSION * bytes.length)
  try {
    // The types do not know what `info` gives: the stream beside what came out of it.
    const { buffer, engine } = inflateSync(bytes, { maxOutputLength, info: true }) as unknown as {
      readonly buffer: Buffer
      readonly engine: { readonly bytesWritten: number }
    }
    return engine.bytesWritten === bytes.length && buffer.length > bytes.length ? buffer : undefined
  } catch (error) {
    // Anything else is a fault of this machine, and no reason to refuse what others take.
    if (BAD_INPUT.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
