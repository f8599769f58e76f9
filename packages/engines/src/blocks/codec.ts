import type { ErrorData } from '@conet/core/errors'
import type { BlockResult, TxResult } from '@conet/core/ledger'
import { engineError } from '../codes.js'
import type { CommittedBlock } from '../contract.js'

/** One block as one line of JSON: what the block log keeps and what travels to followers. Needs `plainResult` first. */
export function encodeBlock(block: CommittedBlock): string {
  return JSON.stringify(block)
}

/** Results per piece: some 50 KB, a size that the collector of young objects takes; a longer text has pages of its own. */
const RESULTS_PER_PIECE = 64
const TXS = '"txs":['
const RESULTS = '"results":['

/**
 * The text of `encodeBlock` in pieces, for the log: one text of a megabyte would be made three times over on its way.
 *
 * @param block - from `committedBlock`; its transactions were decoded as envelopes, so that they need no escaping
 */
export function blockPieces(block: CommittedBlock): string[] {
  const { txs, result } = block
  const { results } = result
  const frame = encodeBlock({ ...block, txs: [], result: { ...result, results: [] } })
  const afterTxs = frame.indexOf(TXS) + TXS.length
  const afterResults = frame.indexOf(RESULTS, afterTxs) + RESULTS.length
  const pieces = [frame.slice(0, afterTxs)]
  txs.forEach((tx, i) => {
    pieces.push(i === 0 ? '"' : '","', tx)
  })
  pieces.push(txs.length === 0 ? '' : '"', frame.slice(afterTxs, afterResults))
  for (let at = 0; at < results.length; at += RESULTS_PER_PIECE) {
    const part = JSON.stringify(results.slice(at, at + RESULTS_PER_PIECE))
    pieces.push(at === 0 ? '' : ',', part.slice(1, -1))
  }
  pieces.push(frame.slice(afterResults))
  return pieces
}

/**
 * Reads a block from untrusted JSON. The form is checked; whether it is true is for the replay to find out.
 * @throws ConetError `BLOCK_MALFORMED`
 */
export function decodeBlock(text: string): CommittedBlock {
  const value = parse(text)
  if (!isBlock(value)) throw malformed('a member is missing or of a wrong type')
  return value
}

/** A block with what it did. Members are always in the same order, so that equal blocks are equal texts. */
export function committedBlock(block: Omit<CommittedBlock, 'result'>, result: BlockResult): CommittedBlock {
  const { height, timeMs, txs, engineHeight } = block
  const count = engineHeight === undefined ? {} : { engineHeight }
  return { height, timeMs, txs, ...evidenceOf(block), result, ...count }
}

/** The member `evidence` of a block to spread into another; nothing if it has none. */
export function evidenceOf({ evidence }: Pick<CommittedBlock, 'evidence'>): Pick<CommittedBlock, 'evidence'> {
  return evidence === undefined || evidence.length === 0 ? {} : { evidence }
}

/**
 * The same result with every bigint of rejection data as decimal text, so that a block is plain JSON and reads the
 * same live, from the log and from the network.
 */
export function plainResult(result: BlockResult): BlockResult {
  if (result.results.every(isPlain)) return result
  return { ...result, results: result.results.map(plainTx) }
}

/** `plainResult` for one transaction. */
export function plainTx(result: TxResult): TxResult {
  if (isPlain(result)) return result
  const data: Record<string, ErrorData[string]> = {}
  for (const [name, value] of Object.entries(result.data)) {
    if (value !== undefined) data[name] = typeof value === 'bigint' ? value.toString() : value
  }
  return { ...result, data }
}

function isPlain(result: TxResult): boolean {
  for (const name in result.data) {
    const value = result.data[name]
    if (typeof value === 'bigint' || value === undefined) return false
  }
  return true
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw malformed('it is not JSON', cause)
  }
}

function malformed(why: string, cause?: unknown) {
  return engineError('BLOCK_MALFORMED', `A block could not be read: ${why}. Ask another source for it.`, {}, cause)
}

const HASH = /^[0-9a-f]{64}$/
const ADDRESS = /^[0-9a-f]{40}$/
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
const isHash = (value: unknown): value is string => typeof value === 'string' && HASH.test(value)

function isBlock(value: unknown): value is CommittedBlock {
  if (!isObject(value) || !isObject(value.result) || !Array.isArray(value.txs)) return false
  const { height, timeMs, txs, result } = value
  if (!isCount(height) || !isCount(timeMs) || result.height !== height || result.timeMs !== timeMs) return false
  if (value.engineHeight !== undefined && !isCount(value.engineHeight)) return false
  if (!isHash(result.appHash) || !Array.isArray(result.scheduled) || !Array.isArray(result.results)) return false
  if (!txs.every(tx => typeof tx === 'string') || result.results.length !== txs.length) return false
  if (value.evidence !== undefined && !isEvidence(value.evidence)) return false
  return result.scheduled.every(isObject) && result.results.every(isTxResult)
}

function isEvidence(value: unknown): boolean {
  return Array.isArray(value) && value.every(isMisbehaviour)
}

function isMisbehaviour(value: unknown): boolean {
  if (!isObject(value)) return false
  const { kind, validator, height, timeMs, totalPower } = value
  if (kind !== 'duplicate-vote' && kind !== 'light-client-attack') return false
  if (typeof validator !== 'string' || !ADDRESS.test(validator)) return false
  return isCount(height) && isCount(timeMs) && isCount(totalPower)
}

function isTxResult(value: unknown): boolean {
  if (!isObject(value)) return false
  return isHash(value.hash) && typeof value.code === 'string' && isObject(value.data) && Array.isArray(value.events)
}
