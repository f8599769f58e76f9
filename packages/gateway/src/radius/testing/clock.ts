import type { Clock } from '../../clock.js'

/** A clock that moves only when told. */
export class HandClock implements Clock {
  #now: number
  #seq = 0
  readonly #timers = new Map<number, { readonly at: number; readonly run: () => void }>()

  constructor(now: number) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(delay: number, run: () => void): () => void {
    const id = ++this.#seq
    this.#timers.set(id, { at: this.#now + delay, run })
    return () => this.#timers.delete(id)
  }

  /** Moves on, running what is due in its order. */
  pass(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0]
      if (due === undefined) break
      const [id, { at, run }] = due
      this.#timers.delete(id)
      this.#now = Math.max(this.#now, at)
      run()
    }
    this.#now = end
  }
}
