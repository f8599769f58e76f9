import type { Result } from '../errors/index.js'

/** Keys of recent signers: 16,384 × about 0.3 KB is 5 MB. */
const CAPACITY = 16_384

/**
 * The same reader, which keeps what it read last: whoever signs once signs often. Refusals are not kept, so that nobody
 * fills the memory with nonsense.
 */
export function remembered<T, C extends string>(read: (text: string) => Result<T, C>): (text: string) => Result<T, C> {
  const known = new Map<string, Result<T, C>>()
  return text => {
    const before = known.get(text)
    if (before !== undefined) return before
    const result = read(text)
    if (!result.ok) return result
    if (known.size >= CAPACITY) {
      const oldest = known.keys().next()
      if (!oldest.done) known.delete(oldest.value)
    }
    known.set(text, result)
    return result
  }
}
