import { packBundles, unpackBundle } from './application/index.js'
import type { Rpc } from './rpc.js'

/** Lines of calls under way, so that CometBFT always has one to work on. */
const LANES = 2
/** Between two calls: what is submitted meanwhile goes together. Whoever comes alone does not wait. */
const GATHER_MS = 10
/** Pause before what was not taken for now is handed over again. */
const AGAIN_MS = 500
/** The call failed: nobody knows whether it was taken. */
const NO_ANSWER = 'no answer'

export interface OutboxOptions {
  readonly rpc: Pick<Rpc, 'submit'>
  /** Told of the transactions that the mempool did not take, with what CometBFT says. */
  readonly onRefused: (texts: readonly string[], why: string) => void
}

/** Hands transactions to CometBFT in bundles: what arrives during a call goes with the next. */
export class Outbox {
  readonly #options: OutboxOptions
  #queue: string[] = []
  #lanes = 0
  /** Counts what was cleared. */
  #era = 0
  #soon: NodeJS.Timeout | undefined
  #calledAt = 0

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  push(...texts: readonly string[]): void {
    for (const text of texts) this.#queue.push(text)
    this.#pumpSoon()
  }

  /** Forgets what was not handed over: the engine has ended, and everything is told anew when it is back. */
  clear(): void {
    this.#era += 1
    this.#queue = []
  }

  #pumpSoon(): void {
    if (this.#soon !== undefined || this.#queue.length === 0 || this.#lanes === LANES) return
    const left = this.#calledAt + GATHER_MS - performance.now()
    this.#soon = setTimeout(() => this.#pump(), Math.max(0, left))
  }

  #pump(): void {
    this.#soon = undefined
    if (this.#queue.length === 0) return
    this.#lanes += 1
    this.#calledAt = performance.now()
    void this.#send(packBundles(this.#queue.splice(0)))
  }

  /** One after the other: what is submitted in order is handed over in order. */
  async #send(bundles: readonly string[]): Promise<void> {
    const era = this.#era
    for (const bundle of bundles) {
      if (era !== this.#era) break
      const why = await this.#options.rpc.submit(bundle).catch(() => NO_ANSWER)
      if (why === undefined) continue
      const texts = unpackBundle(bundle) ?? []
      // A node that is behind its peers takes nothing until it has caught up.
      if (why === NO_ANSWER || why.includes('catching up')) this.#later(texts, era)
      else this.#options.onRefused(texts, why)
    }
    this.#lanes -= 1
    this.#pumpSoon()
  }

  #later(texts: readonly string[], era: number): void {
    setTimeout(() => {
      if (era === this.#era) this.push(...texts)
    }, AGAIN_MS).unref()
  }
}
