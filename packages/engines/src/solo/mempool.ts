import type { SignedTx, TxResult } from '@conet/core/ledger'
import { engineError } from '../codes.js'

/** A submitted transaction on its way into a block, with everyone who waits for it. */
export interface Entry {
  readonly tx: SignedTx
  readonly waiting: Waiter[]
}
export interface Waiter {
  resolve(result: TxResult): void
  reject(error: Error): void
}

export interface MempoolLimits {
  /** Transactions accepted and not yet durable. */
  readonly maxTxs: number
  readonly maxBytes: number
}

/** Bounds what is accepted and not yet answered, and keeps what is ready for a block in order. */
export class Mempool {
  readonly #limits: MempoolLimits
  readonly #byHash = new Map<string, Entry>()
  #ready: Entry[] = []
  #txs = 0
  #bytes = 0

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
  }

  /** Queues a checked transaction; the same message signed twice is queued once. */
  add(tx: SignedTx, waiter: Waiter): void {
    const known = this.#byHash.get(tx.envelope.hash)
    if (known !== undefined) {
      known.waiting.push(waiter)
      return
    }
    const entry: Entry = { tx, waiting: [waiter] }
    this.#byHash.set(tx.envelope.hash, entry)
    this.#ready.push(entry)
  }

  get ready(): number {
    return this.#ready.length
  }

  /** The next transactions for a block, in order of arrival. */
  take(maxTxs: number, maxBytes: number): Entry[] {
    let bytes = 0
    let count = 0
    for (const entry of this.#ready) {
      bytes += entry.tx.envelope.text.length
      if (count >= maxTxs || (count > 0 && bytes > maxBytes)) break
      count += 1
    }
    const taken = this.#ready.slice(0, count)
    this.#ready = this.#ready.slice(count)
    return taken
  }

  /** Forgets a transaction that is answered. */
  done(entry: Entry): void {
    this.#byHash.delete(entry.tx.envelope.hash)
  }

  /** Everything that waits for a block, removed. */
  drain(): Entry[] {
    const all = this.#ready
    this.#ready = []
    for (const entry of all) this.done(entry)
    return all
  }
}
