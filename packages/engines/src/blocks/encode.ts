import type { CommittedBlock } from '../contract.js'

/**
 * `encodeBlock` for blocks whose transactions were all decoded: the text of an envelope holds nothing that JSON escapes
 * (WIRE-3), so it need not be searched for it.
 */
export function encodeDecodedBlock(block: CommittedBlock): string {
  const { height, timeMs, txs, ...rest } = block
  // One join makes one flat text; a sum of texts would be copied again when it is written.
  const parts = [`{"height":${height},"timeMs":${timeMs},"txs":[`]
  txs.forEach((text, i) => {
    parts.push(i === 0 ? '"' : '","', text)
  })
  parts.push(txs.length === 0 ? '],' : '"],', JSON.stringify(rest).slice(1))
  return parts.join('')
}
