import type { ConetError } from '@conet/core/errors'
import type { Millis } from '@conet/core/units'
import { unreachable } from './source.js'

/** A restart of the other node takes less. */
const PATIENCE_MS: Millis = 15_000

export interface SourceWatchOptions {
  readonly url: string
  readonly patienceMs?: Millis
  readonly onSource?: (gone: ConetError | undefined) => void
}

/** Knows whether the ledger that is followed has been away for long: what stands still looks like a quiet ledger. */
export class SourceWatch {
  readonly #options: SourceWatchOptions
  #timer: NodeJS.Timeout | undefined
  #gone: ConetError | undefined

  constructor(options: SourceWatchOptions) {
    this.#options = options
  }

  /** `ENGINE_UNREACHABLE` once it has not been heard for `patienceMs`. */
  trouble(): ConetError | undefined {
    return this.#gone
  }

  /** There is no connection; from the first time on it counts. */
  lost(): void {
    if (this.#gone !== undefined || this.#timer !== undefined) return
    const { url, patienceMs = PATIENCE_MS } = this.#options
    this.#timer = setTimeout(() => this.#tell(unreachable(url, 'the connection is gone')), patienceMs)
    this.#timer.unref()
  }

  /** The connection brings something. */
  heard(): void {
    this.end()
    if (this.#gone !== undefined) this.#tell(undefined)
  }

  /** Nobody waits any more. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #tell(gone: ConetError | undefined): void {
    this.#timer = undefined
    this.#gone = gone
    this.#options.onSource?.(gone)
  }
}
