import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Bytes, UnixMillis } from '@conet/core/units'

/** The file is written at most this often; a crash forgets no more than what passed since. */
const WRITE_EVERY_MS = 5_000

/** Bytes carried since midnight of this machine's time zone, over restarts. */
export class DayCount {
  readonly #path: string
  readonly #now: () => UnixMillis
  #day: string
  #bytes = 0n
  #writtenAt = 0

  constructor(path: string, now: () => UnixMillis) {
    this.#path = path
    this.#now = now
    this.#day = dayOf(now())
    const kept = read(path)
    if (kept?.day === this.#day) this.#bytes = kept.bytes
  }

  add(bytes: number): void {
    this.#turn()
    this.#bytes += BigInt(bytes)
    if (Math.abs(this.#now() - this.#writtenAt) >= WRITE_EVERY_MS) this.write()
  }

  get bytes(): Bytes {
    this.#turn()
    return this.#bytes
  }

  /** On a full disk the count goes on in memory. */
  write(): void {
    this.#writtenAt = this.#now()
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
      writeFileSync(`${this.#path}.new`, JSON.stringify({ day: this.#day, bytes: this.#bytes.toString() }))
      renameSync(`${this.#path}.new`, this.#path)
    } catch {
      // Carrying must not end for this; the next write may succeed.
    }
  }

  #turn(): void {
    const day = dayOf(this.#now())
    if (day === this.#day) return
    this.#day = day
    this.#bytes = 0n
  }
}

function dayOf(now: UnixMillis): string {
  const date = new Date(now)
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`
}

/** What the file says, if it says anything: a count that cannot be read starts again. */
function read(path: string): { day: string; bytes: bigint } | undefined {
  try {
    const { day, bytes } = JSON.parse(readFileSync(path, 'utf8')) as { day: string; bytes: string }
    return /^\d+$/.test(bytes) ? { day, bytes: BigInt(bytes) } : undefined
  } catch {
    return undefined
  }
}
