import { type CarryPayload, parseCarry } from '@conet/core/carry'
import { ok, type Result, reject } from '@conet/core/errors'
import { decodeDidKeyUrl } from '@conet/core/identity'
import type { Did, Hash, UnixMillis } from '@conet/core/units'
import { checkSignature, decodeEnvelope, type Sha256, type Verify } from '@conet/core/wire'

/** A request lives at most this long ahead of our clock. */
const MOST_LIFE_SECONDS = 120
/** Requests remembered: beyond this the oldest is forgotten; an exit does not go back to it all the same. */
const MOST_SEEN = 65_536
/** Seconds two clocks may differ. */
const SKEW_SECONDS = 60

/** A carry request whose signature holds. */
export interface CarryRequest {
  readonly text: string
  readonly hash: Hash
  readonly terminal: Did
  readonly payload: CarryPayload
}

export interface RequestPorts {
  readonly sha256: Sha256
  readonly verify: Verify
  readonly now: () => UnixMillis
}

/** Reads the first lines of legs, and remembers each until it expires: a leg that was overheard opens nothing. */
export class RequestReader {
  readonly #ports: RequestPorts
  readonly #seen = new Map<Hash, number>()
  #tidiedAt = 0

  constructor(ports: RequestPorts) {
    this.#ports = ports
  }

  /** @returns `CARRY_MALFORMED`, `CARRY_FORGED`, `CARRY_EXPIRED`, `CARRY_REPLAYED` */
  read(line: string): Result<CarryRequest> {
    const { sha256, verify, now } = this.#ports
    const decoded = decodeEnvelope(line, { sha256, kinds: ['conet-carry+jwt'] })
    if (!decoded.ok) return reject('CARRY_MALFORMED', { why: decoded.code })
    const payload = parseCarry(decoded.value.payload)
    if (!payload.ok) return reject('CARRY_MALFORMED', payload.data)
    const { kid } = decoded.value.header
    // Terminals are strangers: their DID is their key, and nobody has to be asked.
    const key = decodeDidKeyUrl(kid)
    if (!key.ok || !checkSignature(decoded.value, key.value, verify).ok) return reject('CARRY_FORGED', { kid })
    const seconds = Math.floor(now() / 1_000)
    const { exp } = payload.value
    if (exp < seconds - SKEW_SECONDS || exp > seconds + MOST_LIFE_SECONDS) {
      return reject('CARRY_EXPIRED', { exp, now: now() })
    }
    const { hash } = decoded.value
    if (this.#seen.has(hash)) return reject('CARRY_REPLAYED', { hash })
    this.#remember(hash, exp + SKEW_SECONDS, seconds)
    return ok({ text: line, hash, terminal: kid.slice(0, kid.indexOf('#')), payload: payload.value })
  }

  /** The list is gone through once a second at most, however many requests come. */
  #remember(hash: Hash, until: number, seconds: number): void {
    if (seconds !== this.#tidiedAt) {
      this.#tidiedAt = seconds
      for (const [old, end] of this.#seen) if (end < seconds) this.#seen.delete(old)
    }
    this.#seen.set(hash, until)
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > MOST_SEEN && oldest !== undefined) this.#seen.delete(oldest)
  }
}
