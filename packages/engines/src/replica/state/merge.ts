type Entry = readonly [key: string, value: string]

/** Merges rows on disk with newer ones in memory, both in key order; `null` in memory hides the row on disk. */
export function* mergeRange(
  disk: Iterator<Entry>,
  memory: Iterator<readonly [string, string | null]>,
  limit: number,
): IterableIterator<Entry> {
  let below = disk.next()
  let above = memory.next()
  let left = limit
  try {
    while (left > 0 && !(above.done === true && below.done === true)) {
      const entry = above.done === true || (below.done !== true && below.value[0] < above.value[0]) ? below : above
      if (entry.done === true) return
      const [key, value] = entry.value
      // Advance both when both hold the key: the newer one in memory wins.
      if (below.done !== true && below.value[0] === key) below = disk.next()
      if (above.done !== true && above.value[0] === key) above = memory.next()
      if (value === null) continue
      yield [key, value]
      left -= 1
    }
  } finally {
    // An lmdb cursor stays open until its iterator is told to end.
    disk.return?.()
  }
}
