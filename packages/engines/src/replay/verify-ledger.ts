import { ConetError, InvariantError } from '@conet/core/errors'
import type { Application, Genesis } from '@conet/core/ledger'
import type { Hash } from '@conet/core/units'
import { encodeBlock } from '../blocks/index.js'
import type { CommittedBlock } from '../contract.js'
import type { ApplicationFactory } from '../contract-application.js'
import { createVerifyPool, type VerifyPool } from '../crypto/index.js'
import { ledgerApplication } from '../ledger-application.js'
import { memoryState } from '../replica/state/index.js'
import { checkBlock, type Difference, runBlock } from './check-block.js'
import { type FolderLedger, folderLedger } from './folder-source.js'

/** Invariants read the whole state, so they run every so many blocks; a broken one is then looked for block by block. */
const INVARIANTS_EVERY = 1_000

/** A ledger to verify: a data folder (also one in use), or a genesis with its blocks, which may be read twice. */
export type LedgerSource =
  | { readonly dir: string }
  | { readonly genesis: Genesis; blocks(): AsyncIterable<CommittedBlock> }

export interface VerifyOptions {
  /** Default: the Conet ledger. */
  readonly application?: ApplicationFactory
  /** Default: a pool of its own, one worker per core. */
  readonly pool?: VerifyPool
  /** After every block. */
  readonly onProgress?: (progress: { readonly height: number; readonly txs: number }) => void
  /** Default 1,000 blocks. */
  readonly invariantsEvery?: number
}

export interface VerifyReport {
  readonly ok: boolean
  readonly lid: string
  /** Last block that holds. */
  readonly height: number
  readonly appHash: Hash
  /** Transactions in the blocks that hold. */
  readonly txs: number
  /**
   * Bytes behind the last good record of a folder's log: an unfinished write after a crash, or under way, if nothing
   * differs. 0 if the replay stopped before the end of the log.
   */
  readonly droppedBytes: number
  readonly difference?: Difference
}

/**
 * Replays a ledger from genesis, offline: every signature, every app hash, the invariants. Stops at the first block that
 * differs and says where and how. A folder is read without lock or write; its saved state must agree with its blocks.
 */
export async function verifyLedger(source: LedgerSource, options: VerifyOptions = {}): Promise<VerifyReport> {
  const pool = options.pool ?? createVerifyPool()
  try {
    const ledger = 'dir' in source ? await folderLedger(source.dir) : source
    const every = options.invariantsEvery ?? INVARIANTS_EVERY
    const { report, goodUntil } = await replay(ledger, options, pool, height => height % every === 0)
    if (report.difference?.reason !== 'invariant' || every === 1) return report
    // Somewhere after the last check: look again, from there on at every block.
    return (await replay(ledger, options, pool, height => height > goodUntil)).report
  } finally {
    if (options.pool === undefined) await pool.close()
  }
}

type Ledger = Pick<FolderLedger, 'genesis' | 'blocks'> & Partial<FolderLedger>

async function replay(ledger: Ledger, options: VerifyOptions, pool: VerifyPool, checksAt: (height: number) => boolean) {
  const app = (options.application ?? ledgerApplication)(memoryState())
  app.initGenesis(ledger.genesis)
  const lid = ledger.genesis.lid
  let held = app.info()
  let txs = 0
  let goodUntil = 0
  const report = (difference?: Difference) => {
    const { height, appHash } = held
    const ok = difference === undefined
    const droppedBytes = ledger.tail?.()?.bytes ?? 0
    return { goodUntil, report: { ok, lid, height, appHash, txs, droppedBytes, ...(ok ? {} : { difference }) } }
  }
  const initial = brokenInvariant(app, 0) ?? ledger.stateDiffers?.(held)
  if (initial !== undefined) return report(initial)
  try {
    for await (const claimed of ledger.blocks()) {
      const difference =
        (await replayBlock(app, pool, claimed)) ??
        invariantAt(app, claimed.height, checksAt) ??
        ledger.stateDiffers?.(app.info())
      if (difference !== undefined) return report(difference)
      held = app.info()
      txs += claimed.txs.length
      if (checksAt(held.height)) goodUntil = held.height
      options.onProgress?.({ height: held.height, txs })
    }
  } catch (error) {
    if (!(error instanceof ConetError)) throw error
    return report({ height: held.height + 1, reason: 'damaged', detail: error.message })
  }
  return report(brokenInvariant(app, held.height) ?? ledger.endDiffers?.(held))
}

async function replayBlock(app: Application, pool: VerifyPool, claimed: CommittedBlock) {
  const checked = await checkBlock(app, pool, claimed)
  if ('difference' in checked) return checked.difference
  const run = runBlock(app, checked.block, claimed)
  if ('difference' in run) return run.difference
  app.commit()
  if (encodeBlock(run.own) === encodeBlock(claimed)) return undefined
  const detail = 'the kept results or events are not those of the replay'
  return { height: claimed.height, reason: 'results', detail } as const
}

function invariantAt(app: Application, height: number, checksAt: (height: number) => boolean): Difference | undefined {
  return checksAt(height) ? brokenInvariant(app, height) : undefined
}

function brokenInvariant(app: Application, height: number): Difference | undefined {
  try {
    app.checkInvariants()
    return undefined
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error
    return { height, reason: 'invariant', detail: error.message }
  }
}
