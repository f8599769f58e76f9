import { packBundles, unpackBundle } from './application/index.js'
import type { Rpc } from './rpc.js'

/** Calls under way, so that CometBFT always has one to work on. */
const LANES = 2
/** Between two calls: what is submitted meanwhile goes together. Whoever comes alone does not wait. */
const GATHER_MS = 10
/** Characters in one call: a quarter of what CometBFT is set to take, and base64 makes 4 of 3. */
const MAX_CALL_CHARS = 4 * 1024 * 1024
/** Pause before what was not taken for now is handed over again. */
const AGAIN_MS = 500

export interface OutboxOptions {
  readonly rpc: Rpc
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
    void this.#send(packBundles(this.#take()))
    this.#pumpSoon()
  }

  #take(): string[] {
    // One alone is below the limit: no envelope has so many characters.
    let count = 0
    for (let chars = 0; count < this.#queue.length; count++) {
      chars += this.#queue[count]?.length ?? 0
      if (chars > MAX_CALL_CHARS) break
    }
    return this.#queue.splice(0, count)
  }

  async #send(bundles: readonly string[]): Promise<void> {
    const { rpc, onRefused } = this.#options
    const era = this.#era
    const errors = await rpc.broadcast(bundles).catch(() => bundles.map(() => UNTOLD))
    bundles.forEach((bundle, i) => {
      const why = errors[i]
      if (why === undefined) return
      const texts = unpackBundle(bundle) ?? []
      // A node that is behind its peers takes nothing until it has caught up.
      if (why === UNTOLD || why.includes('catching up')) this.#later(texts, era)
      else onRefused(texts, why)
    })
    this.#lanes -= 1
    this.#pumpSoon()
  }

  #later(texts: readonly string[], era: number): void {
    setTimeout(() => {
      if (era === this.#era) this.push(...texts)
    }, AGAIN_MS).unref()
  }
}

/** The call failed: nobody knows whether it was taken. */
const UNTOLD = 'no answer'
