import type { Result } from '../errors/index.js'
import { generations } from '../wire/index.js'

/** Keys of recent signers that are surely kept; twice as many at most, × about 0.3 KB is 20 MB. */
const CAPACITY = 32_768

/**
 * The same reader, which keeps what it read last: whoever signs once signs often. Refusals are not kept, so that nobody
 * fills the memory with nonsense.
 */
export function remembered<T, C extends string>(read: (text: string) => Result<T, C>): (text: string) => Result<T, C> {
  const known = generations<Result<T, C>>(CAPACITY)
  return text => {
    const before = known.get(text)
    if (before !== undefined) return before
    const result = read(text)
    if (!result.ok) return result
    known.set(text, result)
    return result
  }
}
