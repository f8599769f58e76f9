import { join } from 'node:path'
import type { Application, Block, BlockResult, Genesis, Info, SignedTx } from '@conet/core/ledger'
import { decodeEnvelope, type Envelope } from '@conet/core/wire'
import { type BlockFeed, blockFeed, decodeBlock, encodeBlock, evidenceOf, plainResult } from '../blocks/index.js'
import { engineError } from '../codes.js'
import type { CommittedBlock } from '../contract.js'
import type { ApplicationFactory } from '../contract-application.js'
import { ledgerApplication } from '../ledger-application.js'
import { nodeSha256 } from '../verify/index.js'
import { bindGenesis } from './genesis-file.js'
import { type FolderLock, lockFolder } from './lock.js'
import { type BlockLog, type LogFs, memoryLog, openBlockLog } from './log/index.js'
import { memoryState, openLmdbState, type State } from './state/index.js'

/** A checkpoint is due after this many changed rows … */
const CHECKPOINT_ROWS = 200_000
/** … or this long after the last one, if anything changed: bounds the replay after a crash to about a second. */
const CHECKPOINT_MS = 5_000

export interface ReplicaOptions {
  /** Folder of the ledger; without it everything is kept in memory and forgotten. */
  readonly dir?: string
  /** May be left out if the folder has one. */
  readonly genesis?: Genesis
  /** Default: the Conet ledger. */
  readonly application?: ApplicationFactory
  readonly fs?: LogFs
  readonly segmentBytes?: number
}

/** One copy of the ledger: the machine with its state, its block log and the feed of its blocks. */
export interface Replica {
  readonly app: Application
  readonly genesis: Genesis
  readonly feed: BlockFeed
  /** Applied and durable. */
  info(): Info
  /** Runs the block; the outcome is not visible before `commit`. */
  finalize(block: Block): CommittedBlock
  /** Makes the block durable, then visible. @throws ConetError `DISK_FULL`, `DISK_FAILED`: call again with the same block */
  commit(block: CommittedBlock): Promise<void>
  /** Saves the state, so that opening again replays nothing, and lets the folder go. */
  close(): Promise<void>
}

/**
 * Opens a copy: lock, genesis, last checkpoint, then every block of the log above it, comparing app hashes.
 *
 * @throws ConetError `DATA_LOCKED`, `GENESIS_MISMATCH`, `GENESIS_MISSING`, `LOG_CORRUPT`, `STATE_MISMATCH`
 */
export async function openReplica(options: ReplicaOptions): Promise<Replica> {
  const { dir } = options
  if (dir === undefined) {
    if (options.genesis === undefined) throw engineError('GENESIS_MISSING', 'A ledger in memory needs a genesis.')
    return await assemble(options, options.genesis, memoryState(), memoryLog())
  }
  const lock = await lockFolder(dir)
  const opened: { close(): Promise<void> }[] = [{ close: () => lock.release() }]
  try {
    const genesis = await bindGenesis(dir, options.genesis)
    const log = await openBlockLog({ ...options, dir: join(dir, 'blocks') })
    opened.push(log)
    const state = await openLmdbState(join(dir, 'state'))
    opened.push(state)
    return await assemble(options, genesis, state, log, lock)
  } catch (error) {
    for (const part of opened.reverse()) await part.close()
    throw error
  }
}

async function assemble(
  options: ReplicaOptions,
  genesis: Genesis,
  state: State,
  log: BlockLog,
  lock?: FolderLock,
): Promise<Replica> {
  const app = (options.application ?? ledgerApplication)(state)
  if (state.checkpoint === undefined) await state.save(app.initGenesis(genesis))
  else checkCheckpoint(app.info(), state.checkpoint)
  await replayLog(app, log)
  return new OpenReplica(app, genesis, state, log, lock)
}

class OpenReplica implements Replica {
  readonly app: Application
  readonly genesis: Genesis
  readonly feed: BlockFeed
  readonly #state: State
  readonly #log: BlockLog
  readonly #lock: FolderLock | undefined
  #info: Info
  #saving = false
  #savedAt = performance.now()

  constructor(app: Application, genesis: Genesis, state: State, log: BlockLog, lock?: FolderLock) {
    this.app = app
    this.genesis = genesis
    this.#state = state
    this.#log = log
    this.#lock = lock
    this.#info = app.info()
    this.feed = blockFeed(this.#info.height, async height => {
      const text = await log.read(height)
      return text === undefined ? undefined : decodeBlock(text)
    })
  }

  info(): Info {
    return this.#info
  }

  finalize(block: Block): CommittedBlock {
    const result = plainResult(this.app.finalizeBlock(block))
    const { height, timeMs } = block
    return { height, timeMs, txs: block.txs.map(tx => tx.envelope.text), ...evidenceOf(block), result }
  }

  async commit(block: CommittedBlock): Promise<void> {
    await this.#log.append(block.height, encodeBlock(block))
    this.#info = this.app.commit()
    this.feed.publish(block)
    this.#saveWhenDue()
  }

  /** Off the hot path: blocks go on meanwhile. A failed save keeps its rows and is tried again when next due. */
  #saveWhenDue(): void {
    if (this.#saving || this.#state.pending === 0) return
    const due = performance.now() - this.#savedAt >= CHECKPOINT_MS || this.#state.pending >= CHECKPOINT_ROWS
    if (!due) return
    this.#saving = true
    this.#state
      .save(this.#info)
      .catch(() => {})
      .finally(() => {
        this.#saving = false
        this.#savedAt = performance.now()
      })
  }

  async close(): Promise<void> {
    this.feed.close()
    // Nothing is lost without this checkpoint: the log holds the blocks, and opening replays them.
    if (this.#state.pending > 0) await this.#state.save(this.#info).catch(() => {})
    await this.#state.close()
    await this.#log.close()
    await this.#lock?.release()
  }
}

function checkCheckpoint(info: Info, checkpoint: { height: number; appHash: string }): void {
  if (info.height === checkpoint.height && info.appHash === checkpoint.appHash) return
  const message = `The stored state says height ${info.height}, its checkpoint ${checkpoint.height}, or their hashes differ.`
  throw engineError('STATE_MISMATCH', `${message} Delete the folder "state" to rebuild it from the block log.`, {
    height: checkpoint.height,
  })
}

/** Applies the blocks above the checkpoint. Signatures were checked before the blocks were written; hashes are compared. */
async function replayLog(app: Application, log: BlockLog): Promise<void> {
  const start = app.info().height
  if (log.height() < start) {
    const message = `The block log ends at ${log.height()} but the state is at ${start}: blocks are missing.`
    throw engineError('LOG_CORRUPT', `${message} Restore the log from a copy.`, { height: log.height(), state: start })
  }
  for (let height = start + 1; height <= log.height(); height++) {
    const text = await log.read(height)
    if (text === undefined) throw engineError('LOG_CORRUPT', `Block ${height} is missing in the log.`, { height })
    const kept = decodeBlock(text)
    const replayed = app.finalizeBlock(trustedBlock(app, kept))
    if (replayed.appHash !== kept.result.appHash) throw differs(replayed, kept)
    app.commit()
  }
}

/** A block of our own log, its transactions marked as verified with the keys that hold at its start. */
function trustedBlock(app: Application, block: CommittedBlock): Block {
  const txs = block.txs.map((text): SignedTx => {
    const envelope = readEnvelope(text, block.height)
    return { envelope, verifiedWith: app.signerKey(envelope) }
  })
  return { height: block.height, timeMs: block.timeMs, txs, ...evidenceOf(block) }
}

/** @throws ConetError `BLOCK_MALFORMED` */
export function readEnvelope(text: string, height: number): Envelope {
  const decoded = decodeEnvelope(text, { sha256: nodeSha256 })
  if (decoded.ok) return decoded.value
  const message = `Block ${height} holds a transaction that cannot be read (${decoded.code}).`
  throw engineError('BLOCK_MALFORMED', message, { height, code: decoded.code })
}

function differs(replayed: BlockResult, kept: CommittedBlock): Error {
  const message = `Replaying block ${kept.height} gives another app hash than the log holds.`
  return engineError('STATE_MISMATCH', `${message} The program or the data has changed; run "conet verify".`, {
    height: kept.height,
    expected: kept.result.appHash,
    got: replayed.appHash,
  })
}
