import type { SignedTx, TxResult } from '@conet/core/ledger'
import type { Hash } from '@conet/core/units'
import { engineError } from '../codes.js'
import type { CommittedBlock } from '../contract.js'
import type { Clock } from '../contract-application.js'
import { nextDueMs } from '../due.js'
import type { Entry, Mempool, Waiter } from './mempool.js'
import type { Replica } from './replica.js'
import { sameKey } from './signer-keys.js'

/** About a tenth of a second of applying: bounds how long one block keeps the event loop. */
const MAX_BLOCK_TXS = 4_000
const MAX_BLOCK_BYTES = 4 * 1024 * 1024
/** Pause between attempts to write a block while the disk is full. */
const RETRY_MS = 200
/** Longest sleep before the clock is read again: an injected clock may run at any speed. */
const LONGEST_SLEEP_MS = 1_000

export interface ProducerOptions {
  readonly clock: Clock
  /** Told of every transaction that became durable. */
  readonly onResult: (result: TxResult) => void
  /** Told once if the machine fails and no block can follow. */
  readonly onFailure: ((error: Error) => void) | undefined
}

/**
 * Makes blocks: as soon as the last one is durable the next one takes whatever is ready, so that one fsync carries as
 * many transactions as arrived during the one before. Idle, it sleeps until scheduled work of the ledger is due.
 */
export class Producer {
  readonly #replica: Replica
  readonly #mempool: Mempool
  readonly #clock: Clock
  readonly #onResult: (result: TxResult) => void
  readonly #onFailure: ((error: Error) => void) | undefined
  /** Results of transactions whose submitters were sent away while the disk was full. */
  readonly #late = new Map<Hash, TxResult>()
  /** In the block under way. */
  #current: readonly Entry[] = []
  #stuck: Error | undefined
  #stopping = false
  #wake: (() => void) | undefined
  #loop: Promise<void> = Promise.resolve()

  constructor(replica: Replica, mempool: Mempool, options: ProducerOptions) {
    this.#replica = replica
    this.#mempool = mempool
    this.#clock = options.clock
    this.#onResult = options.onResult
    this.#onFailure = options.onFailure
  }

  /** Why nothing can be written now (`DISK_FULL`, `DISK_FAILED`), `undefined` when all is well. */
  get stuck(): Error | undefined {
    return this.#stuck
  }

  /** Outcome of a transaction that became durable after its submitter was told to try again; given once. */
  late(hash: Hash): TxResult | undefined {
    const result = this.#late.get(hash)
    this.#late.delete(hash)
    return result
  }

  start(): void {
    this.#loop = this.#run().catch((cause: unknown) => this.#fail(cause))
  }

  /** The machine broke a promise of its own: no further block, whatever waits is told, and so is the process. */
  #fail(cause: unknown): void {
    const detail = cause instanceof Error ? cause.message : String(cause)
    const message = `The ledger stopped after block ${this.#replica.info().height}: ${detail}. This is a defect; run "conet verify".`
    this.#stuck = engineError('ENGINE_FAILED', message, {}, cause)
    for (const entry of this.#current) {
      for (const waiter of entry.waiting) waiter.reject(this.#stuck)
    }
    this.#rejectAll(this.#stuck)
    this.#onFailure?.(this.#stuck)
  }

  /** Ends after the block under way. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#wake?.()
    await this.#loop
    this.#rejectAll(engineError('ENGINE_STOPPED', 'The ledger engine was stopped before this transaction was durable.'))
  }

  add(tx: SignedTx, waiter: Waiter): void {
    if (this.#stuck !== undefined) {
      waiter.reject(this.#stuck)
      return
    }
    this.#mempool.add(tx, waiter)
    this.#wake?.()
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const due = nextDueMs(this.#replica.app)
      const now = this.#clock()
      if (this.#mempool.ready > 0 || (due !== undefined && due <= now)) await this.#makeBlock()
      else await this.#sleep(due === undefined ? undefined : Math.min(due - now, LONGEST_SLEEP_MS))
    }
  }

  #sleep(ms: number | undefined): Promise<void> {
    return new Promise(resolve => {
      const timer = ms === undefined ? undefined : setTimeout(() => this.#wake?.(), ms)
      timer?.unref()
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
    })
  }

  async #makeBlock(): Promise<void> {
    const entries = this.#mempool.take(MAX_BLOCK_TXS, MAX_BLOCK_BYTES).filter(entry => this.#holdsKey(entry))
    this.#current = entries
    const { height, timeMs } = this.#replica.info()
    const txs = entries.map(entry => entry.tx)
    const block = this.#replica.finalize({ height: height + 1, timeMs: Math.max(timeMs, this.#clock()), txs })
    try {
      await this.#replica.commit(block)
    } catch (error) {
      await this.#commitLater(block, entries, error instanceof Error ? error : new Error(String(error)))
      return
    }
    entries.forEach((entry, i) => {
      const result = block.result.results[i]
      if (result !== undefined) this.#answer(entry, result)
    })
  }

  #answer(entry: Entry, result: TxResult): void {
    this.#mempool.done(entry)
    this.#onResult(result)
    for (const waiter of entry.waiting) waiter.resolve(result)
  }

  /**
   * The block is applied but not durable. Everyone is sent away with the reason, and the same block is written again
   * until it succeeds: what was sent away is then found by its hash.
   */
  async #commitLater(block: CommittedBlock, entries: readonly Entry[], reason: Error): Promise<void> {
    this.#stuck = reason
    for (const entry of entries) {
      this.#mempool.done(entry)
      for (const waiter of entry.waiting) waiter.reject(reason)
    }
    this.#rejectAll(reason)
    while (this.#stuck !== undefined && !this.#stopping) {
      await this.#sleep(RETRY_MS)
      await this.#replica.commit(block).then(
        () => {
          this.#stuck = undefined
        },
        () => {},
      )
    }
    if (this.#stuck !== undefined) return
    for (const result of block.result.results) {
      this.#onResult(result)
      this.#late.set(result.hash, result)
    }
  }

  #rejectAll(reason: Error): void {
    for (const entry of this.#mempool.drain()) {
      for (const waiter of entry.waiting) waiter.reject(reason)
    }
  }

  /**
   * Every replica checks signatures with the keys that hold at the start of the block. A key that was rotated since the
   * check makes the transaction leave here, answered like any other refused one.
   */
  #holdsKey(entry: Entry): boolean {
    const { envelope, verifiedWith } = entry.tx
    if (envelope.header.kid.startsWith('did:key:')) return true
    const key = this.#replica.app.signerKey(envelope)
    if (sameKey(key, verifiedWith)) return true
    this.#mempool.done(entry)
    const code = key === undefined ? 'SIGNER_UNKNOWN' : 'SIGNATURE_INVALID'
    const result = { hash: envelope.hash, code, data: { kid: envelope.header.kid }, events: [] }
    for (const waiter of entry.waiting) waiter.resolve(result)
    return false
  }
}
