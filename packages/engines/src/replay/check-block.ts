import { ConetError } from '@conet/core/errors'
import type { Application, Block, BlockResult, SignedTx } from '@conet/core/ledger'
import type { UnixMillis } from '@conet/core/units'
import { decodeEnvelope } from '@conet/core/wire'
import { committedBlock, evidenceOf, plainResult } from '../blocks/index.js'
import type { CommittedBlock } from '../contract.js'
import { nodeSha256, type VerifyPool } from '../crypto/index.js'

/** The first thing in a ledger that is not as its author claims. */
export interface Difference {
  readonly height: number
  /** `order`: another height than the next one. `time`: earlier than the block before. `future`: beyond the clock. */
  readonly reason:
    | 'order'
    | 'time'
    | 'future'
    | 'malformed'
    | 'signature'
    | 'app-hash'
    | 'results'
    | 'invariant'
    | 'damaged'
    | 'missing'
  readonly detail: string
  readonly expected?: string
  readonly got?: string
}

/**
 * Checks order and every signature of a block against the state before it.
 * @param latestMs - block times beyond are refused; left out where there is no clock to compare with, as offline
 * @returns the block ready for `finalizeBlock`, or what is wrong with it
 */
export async function checkBlock(
  app: Application,
  pool: VerifyPool,
  claimed: CommittedBlock,
  latestMs: UnixMillis = Number.MAX_SAFE_INTEGER,
): Promise<{ readonly block: Block } | { readonly difference: Difference }> {
  const { height, timeMs } = claimed
  const info = app.info()
  const fail = (reason: Difference['reason'], detail: string) => ({ difference: { height, reason, detail } })
  if (height !== info.height + 1) return fail('order', `block ${height} does not follow block ${info.height}`)
  if (timeMs < info.timeMs) return fail('time', `block ${height} lies before the time of block ${info.height}`)
  if (timeMs > latestMs) return fail('future', `the time of block ${height} has not come yet by our own clock`)

  const txs: SignedTx[] = []
  for (const [i, text] of claimed.txs.entries()) {
    const decoded = decodeEnvelope(text, { sha256: nodeSha256 })
    if (!decoded.ok) return fail('malformed', `transaction ${i} cannot be read: ${decoded.code}`)
    const verifiedWith = app.signerKey(decoded.value)
    if (verifiedWith === undefined) return fail('signature', `the signer of transaction ${i} is not known`)
    txs.push({ envelope: decoded.value, verifiedWith })
  }
  const forged = await firstForged(pool, txs)
  if (forged >= 0) return fail('signature', `the signature of transaction ${forged} is not valid`)
  return { block: { height, timeMs, txs, ...evidenceOf(claimed) } }
}

/**
 * Runs the block and compares the app hash. The outcome is staged, not committed.
 * @returns the block with our own results: those of the claim are not covered by its app hash
 */
export function runBlock(
  app: Application,
  block: Block,
  claimed: CommittedBlock,
): { readonly own: CommittedBlock } | { readonly difference: Difference } {
  const { height } = block
  let result: BlockResult
  try {
    result = plainResult(app.finalizeBlock(block))
  } catch (error) {
    if (!(error instanceof ConetError)) throw error
    return { difference: { height, reason: 'malformed', detail: error.message } }
  }
  const expected = claimed.result.appHash
  if (result.appHash === expected) return { own: committedBlock(claimed, result) }
  const detail = `the replay gives another app hash: ${describeResults(result, claimed)}`
  return { difference: { height, reason: 'app-hash', detail, expected, got: result.appHash } }
}

/** Names the first transaction whose outcome differs: where to begin looking. */
function describeResults(result: BlockResult, claimed: CommittedBlock): string {
  const at = result.results.findIndex((tx, i) => tx.code !== claimed.result.results[i]?.code)
  if (at < 0) return 'every transaction has the same code'
  return `transaction ${at} gives ${result.results[at]?.code}, not ${claimed.result.results[at]?.code}`
}

async function firstForged(pool: VerifyPool, txs: readonly SignedTx[]): Promise<number> {
  const share = Math.max(1, Math.ceil(txs.length / Math.max(1, pool.workers)))
  const parts: Promise<Uint8Array>[] = []
  for (let at = 0; at < txs.length; at += share) {
    const items = txs.slice(at, at + share).map(({ envelope, verifiedWith }) => ({
      publicKey: verifiedWith ?? new Uint8Array(),
      signingInput: envelope.signingInput,
      signature: envelope.signature,
    }))
    parts.push(pool.verify(items))
  }
  const verdicts = (await Promise.all(parts)).flatMap(part => [...part])
  return verdicts.indexOf(0)
}
