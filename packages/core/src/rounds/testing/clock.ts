/** Virtual time: events run in the order of their moment, then of their making. */
export class VirtualClock {
  now = 0
  #made = 0
  readonly #queue: { at: number; made: number; run: () => void }[] = []

  at(moment: number, run: () => void): void {
    this.#queue.push({ at: Math.max(moment, this.now), made: this.#made++, run })
  }

  after(delayMs: number, run: () => void): void {
    this.at(this.now + delayMs, run)
  }

  /** Runs everything up to `end`. @throws Error when events never run dry: a loop at one moment */
  runUntil(end: number): void {
    for (let steps = 0; ; steps++) {
      if (steps > 200_000) throw new Error('the virtual clock does not advance')
      let first = -1
      for (const [index, one] of this.#queue.entries()) {
        const best = this.#queue[first]
        if (best === undefined || one.at < best.at || (one.at === best.at && one.made < best.made)) first = index
      }
      const next = this.#queue[first]
      if (next === undefined || next.at > end) break
      this.#queue.splice(first, 1)
      this.now = next.at
      next.run()
    }
    this.now = end
  }
}

/** Repeatable pseudo-random numbers in [0, 1) (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
