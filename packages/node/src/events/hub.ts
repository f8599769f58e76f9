/** One event for the owner: `data` is plain JSON, amounts are decimal text. */
export interface HubEvent {
  readonly type: 'session' | 'round' | 'meter' | 'block' | 'offers' | 'balance'
  readonly data: unknown
}

/** Hands events to whoever listens now. Nothing is kept: a listener that comes back reads the lists again. */
export class EventHub {
  readonly #listeners = new Set<(event: HubEvent) => void>()

  /** Whether anyone would see an event: making some costs work. */
  get watched(): boolean {
    return this.#listeners.size > 0
  }

  publish(event: HubEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  /** @returns a function that removes the listener; a listener must not throw */
  subscribe(listener: (event: HubEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
