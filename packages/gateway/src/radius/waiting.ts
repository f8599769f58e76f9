import { ok, type Result, reject } from '@conet/core/errors'
import { checkRequest, parseRequest, type SessionId, sessionIdOf } from '@conet/core/rounds'
import type { Did, DidUrl, UnixMillis } from '@conet/core/units'
import { CLOCK_SKEW_MS, checkSignature, decodeEnvelope, type Sha256, type Verify } from '@conet/core/wire'
import type { RadiusCode } from './codes.js'

/** A signed request that waits for its station to appear. */
export interface Waiting {
  readonly sid: SessionId
  /** The request's text. */
  readonly request: string
  readonly publicKey: Uint8Array
  /** Where the request came from: trials are counted there. */
  readonly remoteAddress: string
  /** The request's own end; afterwards no session begins with it. */
  readonly expiresAt: UnixMillis
  /** Set while, and after, the node was asked to open the session. */
  opening: Promise<Result<{ readonly grant: string }>> | undefined
  station: string | undefined
}

/** What checking a request needs. */
export interface WaitingPorts {
  readonly lid: string
  readonly provider: Did
  readonly verify: Verify
  readonly sha256: Sha256
  readonly signerKey: (kid: DidUrl) => Uint8Array | undefined
  readonly now: () => UnixMillis
}

/** About 1 KiB each. */
const MOST_WAITING = 10_000
/** From one address: a whole household, or many behind one address, but not everybody's places. */
export const MOST_PER_ADDRESS = 500

/** The part of an address that one customer holds. */
function customer(address: string): string {
  return address.includes(':') && !address.includes('.') ? address.split(':').slice(0, 4).join(':') : address
}

/** Signed requests left beforehand: with them a station that knows nothing of us gets in. */
export class WaitingRoom {
  readonly #ports: WaitingPorts
  readonly #waiting = new Map<SessionId, Waiting>()
  readonly #perCustomer = new Map<string, number>()

  constructor(ports: WaitingPorts) {
    this.#ports = ports
  }

  get size(): number {
    return this.#waiting.size
  }

  get(sid: SessionId): Waiting | undefined {
    return this.#waiting.get(sid)
  }

  remove(sid: SessionId): void {
    const entry = this.#waiting.get(sid)
    if (entry === undefined) return
    this.#waiting.delete(sid)
    const who = customer(entry.remoteAddress)
    const left = (this.#perCustomer.get(who) ?? 0) - 1
    if (left > 0) this.#perCustomer.set(who, left)
    else this.#perCustomer.delete(who)
  }

  /**
   * Takes a `conet-request+jwt`; the same text again finds the same entry.
   *
   * @returns codes of wire and rounds for what is no honest request to this provider now; `BUSY`
   */
  take(text: string, remoteAddress: string): Result<Waiting> {
    const { lid, provider, verify, sha256, signerKey, now } = this.#ports
    const envelope = decodeEnvelope(text, { sha256, kinds: ['conet-request+jwt'] })
    if (!envelope.ok) return envelope
    const known = this.#waiting.get(sessionIdOf(envelope.value.hash))
    if (known?.request === text) return ok(known)
    const payload = parseRequest(envelope.value.payload)
    if (!payload.ok) return payload
    const checked = checkRequest(payload.value, { lid, provider, nowMs: now() })
    if (!checked.ok) return checked
    const publicKey = signerKey(envelope.value.header.kid)
    if (publicKey === undefined) return reject('KEY_UNKNOWN', { kid: envelope.value.header.kid })
    const signed = checkSignature(envelope.value, publicKey, verify)
    if (!signed.ok) return signed
    const who = customer(remoteAddress)
    if (!this.#room(who)) return reject('BUSY' satisfies RadiusCode)
    this.#perCustomer.set(who, (this.#perCustomer.get(who) ?? 0) + 1)
    const sid = sessionIdOf(envelope.value.hash)
    const expiresAt = payload.value.exp
    const entry: Waiting = {
      ...{ sid, request: text, publicKey, remoteAddress, expiresAt },
      opening: undefined,
      station: undefined,
    }
    this.#waiting.set(sid, entry)
    return ok(entry)
  }

  /** Forgets what never came; entries are in the order in which they arrived, but may expire in any. */
  #room(who: string): boolean {
    if (this.#hasRoom(who)) return true
    const now = this.#ports.now()
    for (const { sid, expiresAt, opening } of [...this.#waiting.values()])
      if (opening === undefined && expiresAt + CLOCK_SKEW_MS < now) this.remove(sid)
    return this.#hasRoom(who)
  }

  #hasRoom(who: string): boolean {
    return this.#waiting.size < MOST_WAITING && (this.#perCustomer.get(who) ?? 0) < MOST_PER_ADDRESS
  }
}
