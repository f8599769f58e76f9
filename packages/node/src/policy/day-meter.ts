import type { Bytes, UnixMillis } from '@conet/core/units'

const DAY_MS = 86_400_000

/**
 * Bytes carried for strangers since the owner's local midnight, from cumulative counts per session. Day and total outlive a
 * restart as `kept`; the counts per session need not, because no session does.
 */
export class DayMeter {
  readonly #seen = new Map<string, Bytes>()
  /** Cut, but the last statement may still come: forgotten when the day turns. */
  readonly #over = new Set<string>()
  #day = -1
  #total: Bytes = 0n

  /** @param kept - of the run before; `undefined` begins with nothing */
  constructor(kept?: string) {
    const [, day, total] = /^(-?\d+) (\d+)$/.exec(kept ?? '') ?? []
    if (day === undefined || total === undefined) return
    this.#day = Number(day)
    this.#total = BigInt(total)
  }

  /** Day and total, for the constructor of the next run. */
  get kept(): string {
    return `${this.#day} ${this.#total}`
  }

  /** Takes in the newest cumulative count of a session. */
  add(session: string, cumulative: Bytes, nowMs: UnixMillis, utcOffsetMinutes: number): void {
    this.#turn(nowMs, utcOffsetMinutes)
    const before = this.#seen.get(session) ?? 0n
    if (cumulative <= before) return
    this.#seen.set(session, cumulative)
    this.#total += cumulative - before
  }

  /** A session was cut: its last statement repeats the whole count, so the count is kept until the day turns. */
  end(session: string): void {
    if (this.#seen.has(session)) this.#over.add(session)
  }

  today(nowMs: UnixMillis, utcOffsetMinutes: number): Bytes {
    this.#turn(nowMs, utcOffsetMinutes)
    return this.#total
  }

  #turn(nowMs: UnixMillis, utcOffsetMinutes: number): void {
    const day = Math.floor((nowMs + utcOffsetMinutes * 60_000) / DAY_MS)
    if (day === this.#day) return
    this.#day = day
    this.#total = 0n
    for (const session of this.#over) this.#seen.delete(session)
    this.#over.clear()
  }
}
