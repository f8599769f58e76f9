import type { Clock } from '../clock.js'

/** A clock that moves only when told; callbacks run in order of time. */
export class FakeClock implements Clock {
  #now: number
  #wall = 0
  #timers: { at: number; callback: () => void }[] = []

  constructor(start = 1_800_000_000_000) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  wall(): number {
    return this.#now + this.#wall
  }

  /** Somebody sets the machine's clock, forward or back. */
  set(byMs: number): void {
    this.#wall += byMs
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }

  /** The whole process waits: time passes and nothing runs. */
  stall(ms: number): void {
    this.#now += ms
  }

  /** Moves on, running what falls due and letting promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settled()
    for (;;) {
      const due = this.#timers.filter(timer => timer.at <= end).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter(timer => timer !== due)
      this.#now = Math.max(this.#now, due.at)
      due.callback()
      await settled()
    }
    this.#now = end
    await settled()
  }
}

/** Lets every promise that can go on do so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve))
}
