import { isWake } from './wake.js'

/**
 * Several transactions as one text of CometBFT, one a line. Each text there costs a check, a message to every peer, a result
 * and a leaf in three hash trees, whatever it holds; a bundle pays that once. The ledger does not know of it: its block
 * holds the transactions one by one, in the order of the lines.
 */

/** No envelope holds a line break, for it is no base64url (WIRE-3). */
const BREAK = '\n'
/** From here on the share of one member in what a bundle costs is too small to measure. */
export const MAX_BUNDLE_TXS = 128
/** Two of the largest transactions, half of the largest text that CometBFT is set to take, a sixteenth of a block. */
export const MAX_BUNDLE_CHARS = 128 * 1024

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
    if (lines.length > 0) bundles.push(lines.join(BREAK))
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
 * @param bundle - untrusted
 * @returns `undefined` if it is larger than a bundle may be, or has an empty line
 */
export function unpackBundle(bundle: string): string[] | undefined {
  if (!bundle.includes(BREAK)) return [bundle]
  if (bundle.length > MAX_BUNDLE_CHARS) return undefined
  const lines = bundle.split(BREAK, MAX_BUNDLE_TXS + 1)
  return lines.length > MAX_BUNDLE_TXS || lines.includes('') ? undefined : lines
}
