/**
 * Which leaf indexes are taken. New records take the lowest free index; the set of free indexes is what is missing
 * below the highest one taken, so it needs no storage of its own and every replica reuses in the same order (LED-41).
 */
export class LeafIndexes {
  /** Indexes from here on were never used. */
  #next = 0
  /** Binary heap, smallest first. */
  readonly #free: number[] = []
  /** What was done since `settle`: the index, and whether it was taken (or released). */
  #journal: { readonly index: number; readonly taken: boolean }[] = []

  /** @param taken - every index in use, any order */
  static from(taken: Uint32Array): LeafIndexes {
    const indexes = new LeafIndexes()
    const sorted = taken.slice().sort()
    for (const index of sorted) {
      while (indexes.#next < index) indexes.#free.push(indexes.#next++)
      indexes.#next = index + 1
    }
    return indexes
  }

  /** Lowest free index. */
  take(): number {
    const index = this.#free.length === 0 ? this.#next++ : this.#pop()
    this.#journal.push({ index, taken: true })
    return index
  }

  release(index: number): void {
    this.#journal.push({ index, taken: false })
    this.#push(index)
  }

  /** Keeps everything done since the last `settle`. */
  settle(): void {
    this.#journal = []
  }

  /** Undoes everything done since the last `settle`: the block it was done for is not committed. */
  undo(): void {
    for (const { index, taken } of this.#journal.reverse()) {
      if (taken) this.#push(index)
      else this.#free.splice(0, this.#free.length, ...LeafIndexes.#without(this.#free, index))
    }
    this.#journal = []
  }

  /** A sorted array is a heap. */
  static #without(heap: readonly number[], index: number): number[] {
    return heap.filter(entry => entry !== index).sort((a, b) => a - b)
  }

  #push(index: number): void {
    const heap = this.#free
    let at = heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent] as number
      if (above <= index) break
      heap[at] = above
      at = parent
    }
    heap[at] = index
  }

  #pop(): number {
    const heap = this.#free
    const top = heap[0] as number
    const last = heap.pop() as number
    if (heap.length > 0) this.#sink(last)
    return top
  }

  #sink(value: number): void {
    const heap = this.#free
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++
      if ((heap[child] as number) >= value) break
      heap[at] = heap[child] as number
      at = child
    }
    heap[at] = value
  }
}
