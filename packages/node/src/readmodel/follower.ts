import { type BlockSource, type FollowPorts, followLedger } from './follow.js'
import type { ReadModel } from './readmodel.js'

/** Pause before following is taken up again after the ledger itself failed. */
const RESTART_MS = 1_000

/** Keeps a read model at the head of a ledger; starts again by itself after a failure. */
export class Follower {
  readonly #model: ReadModel
  readonly #source: BlockSource
  readonly #ports: FollowPorts
  #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()

  constructor(model: ReadModel, source: BlockSource, ports: FollowPorts) {
    this.#model = model
    this.#source = source
    this.#ports = ports
  }

  start(): void {
    this.#stop = new AbortController()
    this.#running = this.#run(this.#stop.signal)
  }

  /** Resolves after the batch under way. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  /** Empties the read model and fills it again from genesis. */
  async rebuild(): Promise<void> {
    await this.stop()
    await this.#model.clear()
    this.start()
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await followLedger(this.#model, this.#source, this.#ports, signal).catch(this.#ports.onError)
      if (!signal.aborted) await this.#ports.pause(RESTART_MS, signal)
    }
  }
}
