import { engineError } from '../codes.js'
import type { Submission } from '../intake/index.js'

export interface MempoolLimits {
  /** Transactions accepted and not yet durable. */
  readonly maxTxs: number
  readonly maxBytes: number
}

/** Bounds what is accepted and not yet answered, and keeps what is ready for a block in order. */
export class Mempool {
  readonly #limits: MempoolLimits
  #ready: Submission[] = []
  /** Those of `#ready`, and those of the last block, which may not be durable yet. */
  #waiting = new Map<string, Submission>()
  #taken = new Map<string, Submission>()
  #txs = 0
  #bytes = 0
  #onEmpty: (() => void) | undefined

  constructor(limits: MempoolLimits) {
    this.#limits = limits
  }

  /** Takes room for one text. @throws ConetError `MEMPOOL_FULL` */
  enter(text: string): void {
    if (this.#txs >= this.#limits.maxTxs || this.#bytes + text.length > this.#limits.maxBytes) {
      const message = `${this.#txs} transactions are waiting for a block. Try again in a moment.`
      throw engineError('MEMPOOL_FULL', message, { waiting: this.#txs, bytes: this.#bytes })
    }
    this.#txs += 1
    this.#bytes += text.length
  }

  /** Gives the room back. */
  leave(text: string): void {
    this.#txs -= 1
    this.#bytes -= text.length
    if (this.#txs === 0) this.#onEmpty?.()
  }

  /** Resolves when everything that entered was answered. */
  empty(): Promise<void> {
    return new Promise(resolve => {
      this.#onEmpty = resolve
      if (this.#txs === 0) resolve()
    })
  }

  /** Queues a verified transaction; the same message submitted twice is queued once. */
  add(submission: Submission, hash: string): void {
    const known = this.#waiting.get(hash) ?? this.#taken.get(hash)
    if (known !== undefined) {
      known.joined ??= []
      known.joined.push(submission)
      return
    }
    this.#waiting.set(hash, submission)
    this.#ready.push(submission)
  }

  get ready(): number {
    return this.#ready.length
  }

  /**
   * The next transactions for a block, in order of arrival; those of the block before are answered by then.
   *
   * Each block has a map of its own: one map that is filled and emptied all the time would keep what it held for long,
   * because every table it grows out of stays alive with its entries until the next full collection.
   */
  take(maxTxs: number, maxBytes: number): Submission[] {
    let bytes = 0
    let count = 0
    for (const { text } of this.#ready) {
      bytes += text.length
      if (count >= maxTxs || (count > 0 && bytes > maxBytes)) break
      count += 1
    }
    const taken = this.#ready.slice(0, count)
    this.#ready = this.#ready.slice(count)
    this.#taken = this.#ready.length === 0 ? this.#waiting : byHash(taken)
    this.#waiting = byHash(this.#ready)
    return taken
  }

  /** Forgets a transaction of the block that is answered before the others. */
  done(hash: string): void {
    this.#taken.delete(hash)
  }

  /** Forgets the block: all of it is answered. */
  blockDone(): void {
    this.#taken = new Map()
  }

  /** Everything that waits for a block, removed. */
  drain(): Submission[] {
    const all = this.#ready
    this.#ready = []
    this.#waiting = new Map()
    return all
  }
}

function byHash(submissions: readonly Submission[]): Map<string, Submission> {
  const map = new Map<string, Submission>()
  for (const submission of submissions)
    if (submission.envelope !== undefined) map.set(submission.envelope.hash, submission)
  return map
}
