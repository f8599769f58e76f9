/**
 * Gathers what is asked at once into one request: one transaction of the kernel instead of many. While nothing is under way, what
 * is asked goes out at the end of the same turn of the event loop; what is asked while requests are under way waits for one of them and
 * goes out together. So nobody waits for company, and the busier the other side is, the more it is asked at a time.
 *
 * @param most - items in one request
 * @param underway - requests that are out at once: the next ones are put into words and sent while the first is carried out
 * @param run - answers each item, in order
 */
export function batched<I, O>(
  { most, underway }: { readonly most: number; readonly underway: number },
  run: (items: readonly I[]) => Promise<readonly O[]>,
): (item: I) => Promise<O> {
  const waiting: { item: I; resolve(value: O): void; reject(error: unknown): void }[] = []
  let [out, due] = [0, false]
  const answer = async (part: typeof waiting) => {
    try {
      const answers = await run(part.map(({ item }) => item))
      for (const [index, { resolve }] of part.entries()) resolve(answers[index] as O)
    } catch (error) {
      for (const { reject } of part) reject(error)
    }
    out--
    flush()
  }
  const flush = () => {
    due = false
    while (waiting.length > 0 && out < underway) {
      out++
      void answer(waiting.splice(0, most))
    }
  }
  return item =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (due || out >= underway) return
      due = true
      queueMicrotask(flush)
    })
}
