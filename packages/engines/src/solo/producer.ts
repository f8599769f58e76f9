import { LEDGER_CODES, type TxResult } from '@conet/core/ledger'
import type { Hash } from '@conet/core/units'
import { engineError } from '../codes.js'
import type { CommittedBlock } from '../contract.js'
import type { Clock } from '../contract-application.js'
import { nextDueMs } from '../due.js'
import { refusal, type Submission, sameKey } from '../intake/index.js'
import type { Replica } from '../replica/index.js'
import type { Mempool } from './mempool.js'

/** About a tenth of a second of applying: bounds how long one block keeps the event loop. */
const MAX_BLOCK_TXS = 4_000
const MAX_BLOCK_BYTES = 4 * 1024 * 1024
/** Pause between attempts to write a block while the disk is full. */
const RETRY_MS = 200
/** Longest sleep before the clock is read again: an injected clock may run at any speed. */
const LONGEST_SLEEP_MS = 1_000

export interface ProducerOptions {
  readonly replica: Replica
  readonly mempool: Mempool
  readonly clock: Clock
  /** Told of every transaction that became durable. */
  readonly onResult: (result: TxResult) => void
  /** Told once if the machine fails and no block can follow. */
  readonly onFailure: ((error: Error) => void) | undefined
}

/** A finalized block with those who wait for its transactions, in the same order. */
interface Made {
  readonly block: CommittedBlock
  readonly submissions: readonly Submission[]
}

/**
 * What goes into the block: what was accepted, and what was refused although it is authentic. A refusal is final, and only
 * the block makes every replica remember it (LED-15): else whoever saw a refused transfer could bring it again later.
 * Vouchers are cumulative and need no memory.
 */
function belongs({ envelope }: Submission, result: TxResult | undefined): boolean {
  if (result === undefined || result.code === 'OK') return true
  return envelope?.header.typ === 'conet-tx+jwt' && !Object.hasOwn(LEDGER_CODES, result.code)
}

/**
 * Makes blocks: as soon as the last one is durable the next one takes whatever is ready, so that one fsync carries as
 * many transactions as arrived during the one before. Idle, it sleeps until scheduled work of the ledger is due.
 */
export class Producer {
  readonly #options: ProducerOptions
  readonly #replica: Replica
  readonly #mempool: Mempool
  /** Results of transactions whose submitters were sent away while the disk was full. */
  readonly #late = new Map<Hash, TxResult>()
  /** In the block under way. */
  #current: readonly Submission[] = []
  #stuck: Error | undefined
  #stopping = false
  #wake: (() => void) | undefined
  #loop: Promise<void> = Promise.resolve()

  constructor(options: ProducerOptions) {
    this.#options = options
    this.#replica = options.replica
    this.#mempool = options.mempool
  }

  /** Why nothing can be written now (`DISK_FULL`, `DISK_FAILED`, `ENGINE_FAILED`), `undefined` when all is well. */
  get stuck(): Error | undefined {
    return this.#stuck
  }

  start(): void {
    this.#loop = this.#run().catch((cause: unknown) => this.#fail(cause))
  }

  /** Ends after the block under way. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#wake?.()
    await this.#loop
    this.#rejectAll(engineError('ENGINE_STOPPED', 'The ledger engine was stopped before this transaction was durable.'))
  }

  /** Takes a verified transaction for one of the next blocks. */
  add(submission: Submission, hash: Hash): void {
    const late = this.#late.size === 0 ? undefined : this.#late.get(hash)
    if (late !== undefined) {
      this.#late.delete(hash)
      submission.answer(late)
    } else if (this.#stuck !== undefined) {
      submission.fail(this.#stuck)
    } else {
      this.#mempool.add(submission, hash)
      this.#wake?.()
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const restMs = this.#mempool.ready > 0 ? 0 : this.#untilDueMs()
      if (restMs === 0) await this.#makeBlock()
      else await this.#sleep(restMs === undefined ? undefined : Math.min(restMs, LONGEST_SLEEP_MS))
    }
  }

  /** Milliseconds until scheduled work of the ledger is due, 0 if it is; `undefined` if there is none. */
  #untilDueMs(): number | undefined {
    const due = nextDueMs(this.#replica.app)
    return due === undefined ? undefined : Math.max(0, due - this.#options.clock())
  }

  /** Whether a block of this time runs scheduled work. */
  #wasDue(timeMs: number): boolean {
    const due = nextDueMs(this.#replica.app)
    return due !== undefined && due <= timeMs
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
    this.#current = this.#mempool.take(MAX_BLOCK_TXS, MAX_BLOCK_BYTES)
    const made = this.#finalize(this.#current.filter(submission => this.#holdsKey(submission)))
    this.#current = made.submissions
    if (made.submissions.length === 0 && !this.#wasDue(made.block.timeMs)) return
    try {
      await this.#replica.commit(made.block)
    } catch (error) {
      await this.#commitLater(made, error instanceof Error ? error : new Error(String(error)))
      return
    }
    this.#mempool.blockDone()
    made.submissions.forEach((submission, i) => {
      const result = made.block.result.results[i]
      if (result === undefined) return
      this.#options.onResult(result)
      submission.answer(result)
    })
  }

  /**
   * Runs the block. What the machine does not remember is answered and left out, and the block is run again without it:
   * checking each transaction beforehand would run every honest one twice, and would refuse one that builds on another
   * before it.
   */
  #finalize(submissions: readonly Submission[]): Made {
    const block = this.#runBlock(submissions)
    const { results } = block.result
    const kept = submissions.filter((submission, i) => belongs(submission, results[i]))
    if (kept.length === submissions.length) return { block, submissions }
    submissions.forEach((submission, i) => {
      const result = results[i]
      if (result !== undefined && !belongs(submission, result)) this.#answerNow(submission, result)
    })
    return { block: this.#runBlock(kept), submissions: kept }
  }

  #runBlock(submissions: readonly Submission[]): CommittedBlock {
    const { height, timeMs } = this.#replica.info()
    const time = Math.max(timeMs, this.#options.clock())
    return this.#replica.finalize({ height: height + 1, timeMs: time, txs: submissions.map(one => one.signed()) })
  }

  /** Answers one before the rest of its block. */
  #answerNow(submission: Submission, result: TxResult): void {
    this.#mempool.done(result.hash)
    submission.answer(result)
  }

  /**
   * The block is applied but not durable. Everyone is sent away with the reason, and the same block is written again
   * until it succeeds: who comes back then gets the result.
   */
  async #commitLater({ block, submissions }: Made, reason: Error): Promise<void> {
    this.#stuck = reason
    this.#failCurrent(submissions, reason)
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
      this.#options.onResult(result)
      this.#late.set(result.hash, result)
    }
  }

  /** The machine broke a promise of its own: no further block, whatever waits is told, and so is the process. */
  #fail(cause: unknown): void {
    const detail = cause instanceof Error ? cause.message : String(cause)
    const message = `The ledger stopped after block ${this.#replica.info().height}: ${detail}. This is a defect; run "conet verify".`
    const error = engineError('ENGINE_FAILED', message, {}, cause)
    this.#stuck = error
    this.#failCurrent(this.#current, error)
    this.#rejectAll(error)
    this.#options.onFailure?.(error)
  }

  #failCurrent(submissions: readonly Submission[], error: Error): void {
    this.#mempool.blockDone()
    for (const submission of submissions) submission.fail(error)
  }

  #rejectAll(reason: Error): void {
    for (const submission of this.#mempool.drain()) submission.fail(reason)
  }

  /**
   * Every replica checks signatures with the keys that hold at the start of the block. A key that was rotated since the
   * check makes the transaction leave here, answered like any other refused one.
   */
  #holdsKey(submission: Submission): boolean {
    const { envelope, publicKey } = submission
    if (envelope === undefined) return false
    if (envelope.header.kid.startsWith('did:key:')) return true
    const key = this.#replica.app.signerKey(envelope)
    if (sameKey(key, publicKey)) return true
    this.#answerNow(submission, refusal(envelope, key === undefined ? 'SIGNER_UNKNOWN' : 'SIGNATURE_INVALID'))
    return false
  }
}
