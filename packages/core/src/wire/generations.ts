/** A bounded map that forgets what was not used lately. */
export interface Generations<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  delete(key: string): void
}

/**
 * Two maps in place of a linked list: reads of the old one move entries up, and a full young one becomes the old one.
 * Keeps at least the last `perGeneration` used entries and at most twice as many.
 */
export function generations<V>(perGeneration: number): Generations<V> {
  let young = new Map<string, V>()
  let old = new Map<string, V>()

  const set = (key: string, value: V) => {
    young.set(key, value)
    if (young.size < perGeneration) return
    old = young
    young = new Map()
  }
  return {
    set,
    get(key) {
      const found = young.get(key)
      if (found !== undefined) return found
      const aged = old.get(key)
      if (aged !== undefined) set(key, aged)
      return aged
    },
    delete(key) {
      young.delete(key)
      old.delete(key)
    },
  }
}
