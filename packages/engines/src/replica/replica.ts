import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import type { Application, Block, BlockResult, Genesis, Info, SignedTx, SnapshotInfo } from '@conet/core/ledger'
import { decodeEnvelope, type Envelope } from '@conet/core/wire'
import {
  type BlockFeed,
  blockFeed,
  blockPieces,
  committedBlock,
  decodeBlock,
  evidenceOf,
  plainResult,
} from '../blocks/index.js'
import { engineError } from '../codes.js'
import type { CommittedBlock } from '../contract.js'
import type { ApplicationFactory } from '../contract-application.js'
import { nodeSha256 } from '../crypto/index.js'
import { ledgerApplication } from '../ledger-application.js'
import { type Base, BEGIN_ANEW, forgetBase, readBase, writeBase } from './base-file.js'
import { bindGenesis } from './genesis-file.js'
import { type FolderLock, lockFolder } from './lock.js'
import { type BlockLog, type Dropped, holdsBlocks, type LogFs, memoryLog, nodeFs, openBlockLog } from './log/index.js'
import { memoryState, openLmdbState, REBUILD, type State } from './state/index.js'

/** A checkpoint is due after this many changed rows … */
const CHECKPOINT_ROWS = 200_000
/** … or this long after the last one, if anything changed: bounds the replay after a crash to that of ten seconds. */
const CHECKPOINT_MS = 10_000

export interface ReplicaOptions {
  /** Folder of the ledger; without it everything is kept in memory and forgotten. */
  readonly dir?: string
  /** May be left out if the folder has one. */
  readonly genesis?: Genesis
  /** Default: the Conet ledger. */
  readonly application?: ApplicationFactory
  readonly fs?: LogFs
  readonly segmentBytes?: number
  /** Begins an empty folder here in place of genesis; a folder that holds blocks keeps them. */
  readonly snapshot?: StateSnapshot
  /** Told that the last write before a crash was not finished and was cut from the log: an owner should see it. */
  readonly onDropped?: (dropped: Dropped) => void
}

/** A whole state of another member, whose app hash somebody vouches for. */
export interface StateSnapshot {
  readonly info: SnapshotInfo
  readonly chunks: Iterable<Uint8Array>
  /** Where the engine itself counts the block that it was taken after. */
  readonly engineHeight: number
  /** No hash vouches for the state's time: one after this, in Unix milliseconds, would refuse every block that follows. */
  readonly notAfterMs: number
}

/** One copy of the ledger: the machine with its state, its block log and the feed of its blocks. */
export interface Replica {
  readonly app: Application
  readonly genesis: Genesis
  readonly feed: BlockFeed
  /** Applied and durable. */
  info(): Info
  /** Where the engine itself counts the last durable block; 0 before the first, and if the engine counts as the ledger does. */
  engineHeight(): number
  /** Height of the snapshot that the folder begins with; its first block is the next one. 0 = genesis. */
  readonly baseHeight: number
  /** Runs the block; the outcome is not visible before `commit`. */
  finalize(block: Block, engineHeight?: number): CommittedBlock
  /** Makes the block durable, then visible. @throws ConetError `DISK_FULL`, `DISK_FAILED`: call again with the same block; `DATA_LOCKED` */
  commit(block: CommittedBlock): Promise<void>
  /** Saves the state, so that opening again replays nothing, and lets the folder go. */
  close(): Promise<void>
}

/**
 * Opens a copy: lock, genesis, last checkpoint, then every block of the log above it, comparing app hashes.
 *
 * @throws ConetError `DATA_LOCKED`, `GENESIS_MISMATCH`, `GENESIS_MISSING`, `GENESIS_CORRUPT`, `LOG_CORRUPT`,
 *   `STATE_MISMATCH`
 */
export async function openReplica(options: ReplicaOptions): Promise<Replica> {
  const { dir } = options
  if (dir === undefined) {
    if (options.genesis === undefined) throw engineError('GENESIS_MISSING', 'A ledger in memory needs a genesis.')
    return await assemble(options, options.genesis, memoryState(), memoryLog(), undefined)
  }
  const lock = await lockFolder(dir)
  const opened: { close(): Promise<void> }[] = [{ close: () => lock.release() }]
  try {
    const genesis = await bindGenesis(dir, options.genesis)
    const kept = await readBase(dir)
    const state = await openLmdbState(join(dir, 'state'), kept === undefined ? REBUILD : BEGIN_ANEW)
    opened.push(state)
    const base = await bindBase(dir, kept, state, options.snapshot)
    const log = await openBlockLog({
      ...options,
      dir: join(dir, 'blocks'),
      after: base?.height ?? 0,
      least: state.checkpoint?.height ?? 0,
    })
    opened.push(log)
    if (log.dropped !== undefined) options.onDropped?.(log.dropped)
    return await assemble(options, genesis, state, log, base, lock)
  } catch (error) {
    for (const part of opened.reverse()) await part.close()
    throw error
  }
}

/** The base is durable before the state that it describes: a base without a state is what a crash in between leaves. */
async function bindBase(
  dir: string,
  kept: Base | undefined,
  state: State,
  snapshot: StateSnapshot | undefined,
): Promise<Base | undefined> {
  if (state.checkpoint !== undefined) return kept
  if (kept !== undefined && (await holdsBlocks(nodeFs, join(dir, 'blocks')))) {
    const message = `This ledger began with a snapshot of block ${kept.height}, and the folder "state" in ${dir} is gone.`
    throw engineError('STATE_MISMATCH', `${message} ${BEGIN_ANEW}`, { height: kept.height })
  }
  if (snapshot === undefined) {
    if (kept !== undefined) await forgetBase(dir)
    return undefined
  }
  const { info, engineHeight } = snapshot
  const base = { height: info.height, appHash: info.appHash, engineHeight }
  await writeBase(dir, base)
  return base
}

async function assemble(
  options: ReplicaOptions,
  genesis: Genesis,
  state: State,
  log: BlockLog,
  base: Base | undefined,
  lock?: FolderLock,
): Promise<Replica> {
  const app = (options.application ?? ledgerApplication)(state)
  if (state.checkpoint === undefined) await state.save(beginState(app, genesis, options.snapshot))
  else checkCheckpoint(app.info(), state.checkpoint, base === undefined ? REBUILD : BEGIN_ANEW)
  await replayLog(app, log)
  const last = await log.read(log.height())
  const engineHeight = (last === undefined ? base?.engineHeight : decodeBlock(last).engineHeight) ?? 0
  return new OpenReplica({ app, genesis, state, log, lock, engineHeight, baseHeight: base?.height ?? 0 })
}

/** @throws ConetError `SNAPSHOT_MISMATCH` if the snapshot is not the state that was vouched for, or is of the future */
function beginState(app: Application, genesis: Genesis, snapshot: StateSnapshot | undefined): Info {
  if (snapshot === undefined) return app.initGenesis(genesis)
  const info = app.restore(snapshot.info, snapshot.chunks)
  if (info.timeMs <= snapshot.notAfterMs) return info
  const message = `The snapshot of block ${info.height} says a time that has not come: ${info.timeMs}.`
  throw new ConetError('SNAPSHOT_MISMATCH', message, { verdict: 'punish' })
}

interface Parts {
  readonly app: Application
  readonly genesis: Genesis
  readonly state: State
  readonly log: BlockLog
  readonly lock: FolderLock | undefined
  readonly engineHeight: number
  readonly baseHeight: number
}

class OpenReplica implements Replica {
  readonly app: Application
  readonly genesis: Genesis
  readonly feed: BlockFeed
  readonly baseHeight: number
  readonly #state: State
  readonly #log: BlockLog
  readonly #lock: FolderLock | undefined
  #info: Info
  #engineHeight: number
  #saving = false
  /** Another process writes to the folder: the state there is not ours to save any more. */
  #isLost = false
  #savedAt = performance.now()

  constructor({ app, genesis, state, log, lock, engineHeight, baseHeight }: Parts) {
    this.app = app
    this.genesis = genesis
    this.baseHeight = baseHeight
    this.#state = state
    this.#log = log
    this.#lock = lock
    this.#engineHeight = engineHeight
    this.#info = app.info()
    const load = async (height: number) => {
      const text = await log.read(height)
      return text === undefined ? undefined : decodeBlock(text)
    }
    this.feed = blockFeed(this.#info.height, load, baseHeight + 1)
  }

  info(): Info {
    return this.#info
  }

  engineHeight(): number {
    return this.#engineHeight
  }

  finalize(block: Block, engineHeight?: number): CommittedBlock {
    const result = plainResult(this.app.finalizeBlock(block))
    const txs = block.txs.map(tx => tx.envelope.text)
    return committedBlock({ ...block, txs, ...(engineHeight !== undefined && { engineHeight }) }, result)
  }

  async commit(block: CommittedBlock): Promise<void> {
    await this.#log.append(block.height, blockPieces(block)).catch((error: unknown) => {
      this.#isLost = error instanceof ConetError && error.code === 'DATA_LOCKED'
      throw error
    })
    this.#info = this.app.commit()
    this.#engineHeight = block.engineHeight ?? 0
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
    if (this.#state.pending > 0 && !this.#isLost) await this.#state.save(this.#info).catch(() => {})
    await this.#state.close()
    await this.#log.close()
    await this.#lock?.release()
  }
}

function checkCheckpoint(info: Info, checkpoint: { height: number; appHash: string }, remedy: string): void {
  if (info.height === checkpoint.height && info.appHash === checkpoint.appHash) return
  const message = `The stored state says height ${info.height}, its checkpoint ${checkpoint.height}, or their hashes differ.`
  throw engineError('STATE_MISMATCH', `${message} ${remedy}`, {
    height: checkpoint.height,
  })
}

/** Applies the blocks above the checkpoint. Signatures were checked before the blocks were written; hashes are compared. */
async function replayLog(app: Application, log: BlockLog): Promise<void> {
  for (let height = app.info().height + 1; height <= log.height(); height++) {
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
