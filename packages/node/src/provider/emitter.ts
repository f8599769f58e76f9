import type { ProviderEvent } from './contract.js'

/** Hands events to listeners in order; a listener that throws is a defect and ends the process like any other. */
export class Emitter {
  readonly #listeners = new Set<(event: ProviderEvent) => void>()

  /** Nobody listens: events need not be made. */
  get silent(): boolean {
    return this.#listeners.size === 0
  }

  on(listener: (event: ProviderEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(event: ProviderEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
