import { MAX_BATCH } from './process/index.js'
import type { Rpc } from './rpc.js'

/** Batches under way, so that CometBFT always has one to work on. */
const LANES = 2
/** Pause before what was not taken for now is handed over again. */
const AGAIN_MS = 500

export interface OutboxOptions {
  readonly rpc: Rpc
  /** Told of each text that the mempool did not take, with what CometBFT says. */
  readonly onRefused: (text: string, why: string) => void
}

/** Hands transactions to CometBFT in batches: what arrives during one goes with the next. */
export class Outbox {
  readonly #options: OutboxOptions
  #queue: string[] = []
  #lanes = 0
  /** Counts what was cleared. */
  #era = 0
  #soon = false

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  push(...texts: readonly string[]): void {
    for (const text of texts) this.#queue.push(text)
    if (this.#soon) return
    this.#soon = true
    setImmediate(() => {
      this.#soon = false
      this.#pump()
    })
  }

  /** Forgets what was not handed over: the engine has ended, and everything is told anew when it is back. */
  clear(): void {
    this.#era += 1
    this.#queue = []
  }

  #pump(): void {
    while (this.#queue.length > 0 && this.#lanes < LANES) {
      const batch = this.#queue.slice(0, MAX_BATCH)
      this.#queue = this.#queue.slice(MAX_BATCH)
      this.#lanes += 1
      void this.#send(batch)
    }
  }

  async #send(batch: readonly string[]): Promise<void> {
    const { rpc, onRefused } = this.#options
    const era = this.#era
    const errors = await rpc.broadcast(batch).catch(() => {
      this.#later(batch, era)
      return []
    })
    batch.forEach((text, i) => {
      const why = errors[i]
      // A node that is behind its peers takes nothing until it has caught up.
      if (why?.includes('catching up')) this.#later([text], era)
      else if (why !== undefined) onRefused(text, why)
    })
    this.#lanes -= 1
    this.#pump()
  }

  #later(texts: readonly string[], era: number): void {
    setTimeout(() => {
      if (era === this.#era) this.push(...texts)
    }, AGAIN_MS).unref()
  }
}
