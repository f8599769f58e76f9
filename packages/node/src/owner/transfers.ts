import { ConetError } from '@conet/core/errors'
import type { TxResult } from '@conet/core/ledger'
import type { Did, Hash, UnixMillis } from '@conet/core/units'
import type { Signer } from '@conet/core/wire'
import { type Engine, nodeSha256 } from '@conet/engines'
import type { KeyValueStore } from '../storage/index.js'
import { LIFE_S, ledgerNow, signTransaction, type TransactionPorts } from './transactions.js'

/** In the node's store. */
const PREFIX = 'transfer/'
const END = 'transfer0'
/** A caller that has not asked again by then has given up. */
const KEPT_MS = 24 * 3_600_000
/** Another member's clock may be behind ours by this, and still take what has expired here. */
const SKEW_MS = 120_000
/** Old ones removed with each new one. */
const SWEEP = 8

/** What is paid to whom. */
export interface Order {
  readonly to: Did
  readonly asset: string
  /** Decimal text. */
  readonly amount: string
}

interface Made extends Order {
  readonly tx: string
  readonly hash: Hash
  readonly expiresAt: UnixMillis
}

export interface TransferPorts extends TransactionPorts {
  readonly engine: Pick<Engine, 'submit' | 'genesis' | 'find' | 'info'>
  readonly signer: Signer
  readonly store: Pick<KeyValueStore, 'get' | 'put' | 'range'>
  /** Where an older transaction ended up, and up to which height that is known. */
  readonly recorded: { readonly height: number; transaction(hash: Hash): Promise<{ code: string } | undefined> }
}

/**
 * Pays from the node's own account. With a key an order is signed once and kept before it is sent: asking again with the same key
 * sends the same transaction, which the ledger takes once, however often the disk was full or the answer was lost.
 */
export class Transfers {
  readonly #ports: TransferPorts
  /** Two calls with one key wait for each other. */
  readonly #running = new Map<string, Promise<unknown>>()

  constructor(ports: TransferPorts) {
    this.#ports = ports
  }

  /**
   * @param key - of the caller's choice, one for each order
   * @throws ConetError `TRANSFER_KEY` if the key stands for another order; what the engine and the store throw, then with the
   *   transaction in `data.tx` and its hash: it may still be taken, so hand in that text (POST /v1/txs) in place of a new order
   */
  async pay(order: Order, key?: string): Promise<TxResult> {
    if (key === undefined) return this.#submit(this.#sign(order))
    const before = this.#running.get(key)
    const run = Promise.resolve(before?.catch(() => undefined)).then(() => this.#payOnce(order, key))
    this.#running.set(key, run)
    try {
      return await run
    } finally {
      if (this.#running.get(key) === run) this.#running.delete(key)
    }
  }

  async #payOnce(order: Order, key: string): Promise<TxResult> {
    const made = this.#made(key)
    if (made === undefined) return this.#begin(order, key)
    if (made.to !== order.to || made.asset !== order.asset || made.amount !== order.amount) {
      throw new ConetError('TRANSFER_KEY', 'this key stands for another transfer; choose a new key for a new one')
    }
    return (await this.#outcome(made)) ?? this.#again(made, order, key)
  }

  #made(key: string): Made | undefined {
    const text = this.#ports.store.get(PREFIX + key)
    return text === undefined ? undefined : (JSON.parse(text) as Made)
  }

  async #begin(order: Order, key: string): Promise<TxResult> {
    const made = this.#sign(order)
    const old = [...this.#ports.store.range(PREFIX, END, SWEEP)].filter(
      ([, text]) => (JSON.parse(text) as Made).expiresAt + KEPT_MS < this.#now(),
    )
    await this.#ports.store.put([
      [PREFIX + key, JSON.stringify(made)],
      ...old.map(([name]) => [name, undefined] as const),
    ])
    return this.#submit(made)
  }

  async #again(made: Made, order: Order, key: string): Promise<TxResult> {
    if (this.#now() >= made.expiresAt + SKEW_MS) {
      // Too late for the ledger, and it is in no block up to here: it was never taken.
      return this.#begin(order, key)
    }
    const result = await this.#submit(made)
    // Taken meanwhile, by the first try.
    return ['REPLAYED', 'EXPIRED'].includes(result.code) ? ((await this.#outcome(made)) ?? notYet(made)) : result
  }

  /** What became of it; `undefined` if it is in no block. */
  async #outcome(made: Made): Promise<TxResult | undefined> {
    const { engine, recorded } = this.#ports
    const recent = engine.find(made.hash)
    if (recent !== undefined) return recent
    const height = engine.info().height
    const old = await recorded.transaction(made.hash)
    if (old !== undefined) return { hash: made.hash, code: old.code, data: {}, events: [] }
    // An expired one would be signed anew: only if nothing is left that could hold it.
    if (this.#now() >= made.expiresAt + SKEW_MS && recorded.height < height) return notYet(made)
    return undefined
  }

  #now(): UnixMillis {
    return ledgerNow(this.#ports)
  }

  #sign(order: Order): Made {
    const { to, asset, amount } = order
    const tx = signTransaction(this.#ports, this.#ports.signer, 'accounts/transfer', { to, asset, amount })
    const hash = Buffer.from(nodeSha256(tx.slice(0, tx.lastIndexOf('.')))).toString('hex')
    return { to, asset, amount, tx, hash, expiresAt: this.#now() + LIFE_S * 1_000 }
  }

  async #submit({ tx, hash }: Made): Promise<TxResult> {
    try {
      return await this.#ports.engine.submit(tx)
    } catch (error) {
      if (!(error instanceof ConetError)) throw error
      const { code, message, verdict, data } = error
      throw new ConetError(code, message, { verdict, data: { ...data, tx, hash }, cause: error })
    }
  }
}

function notYet({ hash }: Made): never {
  const message = 'whether this transfer was made is not known yet; ask again with the same key in a moment'
  throw new ConetError('BUSY', message, { verdict: 'retry', data: { hash, retryAfterMs: 1_000 } })
}
