import { setTimeout as pause } from 'node:timers/promises'
import { ConetError } from '@conet/core/errors'
import type { Hash } from '@conet/core/units'
import type { CommittedBlock } from '../contract.js'
import type { Clock } from '../contract-application.js'
import { nodeSha256, type VerifyPool } from '../crypto/index.js'
import { Outcomes, type Replica } from '../replica/index.js'
import { Admission, Blocks, type Opened, type SnapshotStore, TxBook } from './application/index.js'
import type { CometbftEvent } from './options.js'
import type { Waits } from './waits.js'
import { Waker } from './waker.js'

/** Pause between attempts to write a block while the disk refuses. */
const DISK_PAUSE_MS = 200
/** Results of the last transactions that `find` answers from memory: between this many and twice as many. */
const RESULTS_KEPT = 20_000
/** Ledger blocks between snapshots. */
const SNAPSHOT_EVERY = 1_000

export interface CoreOptions {
  readonly pool: VerifyPool
  readonly clock: Clock
  readonly waits: Waits
  readonly snapshots: SnapshotStore
  readonly snapshotEvery: number | undefined
  readonly onEvent: (event: CometbftEvent) => void
  /** Hands texts to the mempool. */
  readonly handOver: (texts: readonly string[]) => void
}

/** The hash of an envelope's message, which is the text up to the signature (WIRE-7). */
export function hashOf(text: string): Hash {
  return Buffer.from(nodeSha256(text.slice(0, Math.max(0, text.lastIndexOf('.'))))).toString('hex')
}

/** What there is once a replica is open: how its blocks are made, and who is told. */
export class Core implements Opened {
  readonly replica: Replica
  readonly book: TxBook
  readonly admission: Admission
  readonly blocks: Blocks
  readonly waker: Waker
  readonly outcomes = new Outcomes(RESULTS_KEPT)
  readonly #options: CoreOptions
  #stuck: ConetError | undefined
  #stopping = false

  constructor(replica: Replica, options: CoreOptions) {
    const { pool, clock, waits, handOver } = options
    const { app } = replica
    this.replica = replica
    this.#options = options
    this.book = new TxBook(app, pool, clock)
    this.admission = new Admission({
      ...{ app, book: this.book, clock },
      onRefused: (text, result) => {
        // What is waited for had not run when it was submitted: its block is being committed, and answers with the outcome.
        if (result.code !== 'REPLAYED' && waits.isFor(result.hash, text)) waits.answer(result.hash, result)
      },
      onDropped: texts => handOver(texts.filter(text => waits.isFor(hashOf(text), text))),
    })
    this.blocks = new Blocks({
      ...{ replica, book: this.book, clock },
      hasRun: hash => this.outcomes.get(hash)?.code === 'OK',
      commit: block => this.#commit(block),
      onCommitted: block => this.#committed(block),
    })
    this.waker = new Waker({ replica, clock, wake: text => handOver([text]) })
  }

  /** Why nothing can be written now (`DISK_FULL`, `DISK_FAILED`). */
  get stuck(): ConetError | undefined {
    return this.#stuck
  }

  /** Gives up on a disk that refuses, so that the node can stop; the block is replayed at the next start. */
  stop(): void {
    this.#stopping = true
    this.waker.stop()
  }

  /** The block is decided by all: it is tried until it fits, and nobody else waits for this node. */
  async #commit(block: CommittedBlock): Promise<void> {
    for (;;) {
      try {
        await this.replica.commit(block)
        this.#stuck = undefined
        return
      } catch (error) {
        const passes = error instanceof ConetError && error.verdict === 'retry'
        if (!passes || this.#stopping) throw error
        if (this.#stuck === undefined) this.#options.onEvent({ type: 'disk', detail: error.message })
        this.#stuck = error
        this.#options.waits.failAll(error)
        await pause(DISK_PAUSE_MS)
      }
    }
  }

  #committed(block: CommittedBlock): void {
    const { waits, snapshots, snapshotEvery = SNAPSHOT_EVERY } = this.#options
    for (const result of block.result.results) {
      this.outcomes.add(result)
      waits.answer(result.hash, result)
    }
    if (block.height % snapshotEvery === 0) snapshots.take(this.replica.app, block.engineHeight ?? 0)
    this.waker.look()
  }
}
