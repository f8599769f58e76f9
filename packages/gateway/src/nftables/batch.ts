/**
 * Gathers what is asked in one turn of the event loop into one request: one transaction of the kernel instead of many.
 *
 * @param most - items in one request
 * @param run - answers each item, in order
 */
export function batched<I, O>(
  most: number,
  run: (items: readonly I[]) => Promise<readonly O[]>,
): (item: I) => Promise<O> {
  let waiting: { item: I; resolve(value: O): void; reject(error: unknown): void }[] = []
  const answer = async (part: typeof waiting) => {
    try {
      const answers = await run(part.map(({ item }) => item))
      for (const [index, { resolve }] of part.entries()) resolve(answers[index] as O)
    } catch (error) {
      for (const { reject } of part) reject(error)
    }
  }
  const flush = () => {
    const all = waiting
    waiting = []
    // The next part is put into words while the one before is carried out.
    for (let at = 0; at < all.length; at += most) void answer(all.slice(at, at + most))
  }
  return item =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (waiting.length === 1) queueMicrotask(flush)
    })
}
