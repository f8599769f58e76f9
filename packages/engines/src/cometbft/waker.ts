import type { Clock } from '../contract-application.js'
import { nextDueMs } from '../due.js'
import type { Replica } from '../replica/index.js'
import { wakeText } from './application/index.js'

/** Longest sleep before the clock is read again: it may be set, and an injected one may run at any speed. */
const LONGEST_SLEEP_MS = 1_000
/** Between two requests for the same work. */
const AGAIN_MS = 2_000

export interface WakerOptions {
  readonly replica: Replica
  readonly clock: Clock
  /** Hands the text to the mempool. */
  readonly wake: (text: string) => void
}

/** Asks for a block when scheduled work of the ledger is due and nobody sends a transaction. */
export class Waker {
  readonly #options: WakerOptions
  #timer: NodeJS.Timeout | undefined
  #asked = { text: '', atMs: 0 }

  constructor(options: WakerOptions) {
    this.#options = options
  }

  /** Looks at what is due now and sleeps until then; call it again after every block. */
  look(): void {
    clearTimeout(this.#timer)
    const { replica, clock, wake } = this.#options
    const due = nextDueMs(replica.app)
    if (due === undefined) return
    const left = due - clock()
    if (left <= 0) this.#ask(wakeText(due), wake)
    this.#timer = setTimeout(() => this.look(), Math.min(Math.max(left, 10), LONGEST_SLEEP_MS))
    this.#timer.unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #ask(text: string, wake: (text: string) => void): void {
    const now = performance.now()
    if (text === this.#asked.text && now - this.#asked.atMs < AGAIN_MS) return
    this.#asked = { text, atMs: now }
    wake(text)
  }
}
