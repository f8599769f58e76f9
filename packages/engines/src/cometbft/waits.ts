import type { TxResult } from '@conet/core/ledger'
import type { Hash } from '@conet/core/units'
import { engineError } from '../codes.js'

/** Longest wait for a block: an ordering that takes longer has stopped. */
const LONGEST_WAIT_MS = 60_000
/** From here on the ordering is called halted. */
const HALTED_MS = 15_000
const SWEEP_MS = 1_000

interface Wait {
  readonly text: string
  readonly since: number
  readonly resolve: ((result: TxResult) => void)[]
  readonly reject: ((error: Error) => void)[]
}

/** Who waits for which transaction, oldest first. */
export class Waits {
  readonly #byHash = new Map<Hash, Wait>()
  readonly #sweeping: NodeJS.Timeout
  #onEmpty: (() => void) | undefined

  constructor() {
    this.#sweeping = setInterval(() => this.#sweep(), SWEEP_MS)
    this.#sweeping.unref()
  }

  get size(): number {
    return this.#byHash.size
  }

  /** Texts that wait, oldest first: what an engine that was started again must be told anew. */
  texts(): string[] {
    return [...this.#byHash.values()].map(wait => wait.text)
  }

  /** Waits together with others for the same message. @returns `undefined` if nobody waits for it yet */
  join(hash: Hash): Promise<TxResult> | undefined {
    const wait = this.#byHash.get(hash)
    if (wait === undefined) return undefined
    return new Promise((resolve, reject) => {
      wait.resolve.push(resolve)
      wait.reject.push(reject)
    })
  }

  add(hash: Hash, text: string): Promise<TxResult> {
    return new Promise((resolve, reject) => {
      this.#byHash.set(hash, { text, since: performance.now(), resolve: [resolve], reject: [reject] })
    })
  }

  answer(hash: Hash, result: TxResult): void {
    for (const resolve of this.#take(hash)?.resolve ?? []) resolve(result)
  }

  fail(hash: Hash, error: Error): void {
    for (const reject of this.#take(hash)?.reject ?? []) reject(error)
  }

  /** Whether this very text is waited for; another with the same message may be forged. */
  isFor(hash: Hash, text: string): boolean {
    return this.#byHash.get(hash)?.text === text
  }

  failAll(error: Error): void {
    for (const hash of [...this.#byHash.keys()]) this.fail(hash, error)
  }

  /** Whether what was handed over long ago is still in no block. */
  halted(): boolean {
    const [oldest] = this.#byHash.values()
    return oldest !== undefined && performance.now() - oldest.since > HALTED_MS
  }

  /** Resolves when nobody waits. */
  empty(): Promise<void> {
    return new Promise(resolve => {
      this.#onEmpty = resolve
      if (this.#byHash.size === 0) resolve()
    })
  }

  close(): void {
    clearInterval(this.#sweeping)
  }

  #take(hash: Hash): Wait | undefined {
    const wait = this.#byHash.get(hash)
    if (this.#byHash.delete(hash) && this.#byHash.size === 0) this.#onEmpty?.()
    return wait
  }

  #sweep(): void {
    const latest = performance.now() - LONGEST_WAIT_MS
    for (const [hash, { since }] of this.#byHash) {
      if (since > latest) return
      const message = 'No block took the transaction within a minute; more than a third of the validators may be away.'
      const advice = 'It may still be taken until it expires: look for it before you send it again.'
      this.fail(hash, engineError('ENGINE_UNREACHABLE', `${message} ${advice}`, { hash }))
    }
  }
}
