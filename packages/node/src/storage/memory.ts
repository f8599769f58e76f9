import type { Change, KeyValueStore } from './store.js'

/** A store without a disk, for tests and simulations: same order, same atomicity, nothing survives. */
export class MemoryStore implements KeyValueStore {
  readonly #values = new Map<string, string>()

  get(key: string): string | undefined {
    return this.#values.get(key)
  }

  async put(changes: readonly Change[]): Promise<void> {
    for (const [key, value] of changes) {
      if (value === undefined) this.#values.delete(key)
      else this.#values.set(key, value)
    }
  }

  async writeAtomic(changes: readonly Change[]): Promise<void> {
    await this.put(changes)
  }

  *range(from: string, to: string, limit: number): Iterable<readonly [string, string]> {
    const keys = [...this.#values.keys()].filter(key => key >= from && key < to).sort()
    for (const key of keys.slice(0, limit)) yield [key, this.#values.get(key) ?? '']
  }

  *rangeDown(before: string, after: string, limit: number): Iterable<readonly [string, string]> {
    const keys = [...this.#values.keys()].filter(key => key > after && key < before).sort()
    for (const key of keys.reverse().slice(0, limit)) yield [key, this.#values.get(key) ?? '']
  }

  async close(): Promise<void> {
    this.#values.clear()
  }
}
