import { createHash, timingSafeEqual } from 'node:crypto'
import { ConetError } from '@conet/core/errors'
import type { SessionId } from '@conet/core/rounds'
import type { Admission, Meter } from '../contract.js'
import { RadiusSession, type SessionPorts } from './session.js'

/** Closed sessions whose last count can still be asked for, and whose credentials are told apart from unknown ones. */
const REMEMBERED = 10_000

const digestOf = (text: string) => createHash('sha256').update(text).digest()

interface Entry {
  readonly session: RadiusSession
  /** Of the gateway's own password. */
  readonly secret: Buffer
  /** Of the token that was accepted: a re-authentication costs no signature check. */
  token: Buffer | undefined
}

/** All sessions of the gateway, with what opens them. */
export class RadiusBook {
  readonly #ports: SessionPorts
  readonly #entries = new Map<SessionId, Entry>()
  readonly #closed = new Map<SessionId, Meter>()

  constructor(ports: SessionPorts) {
    this.#ports = ports
  }

  /** @throws ConetError `SESSION_EXISTS` */
  open(admission: Admission, password: string): void {
    if (this.#entries.has(admission.session)) {
      throw new ConetError('SESSION_EXISTS', 'a session of this id is already open: close it first', {
        data: { session: admission.session },
      })
    }
    const session = new RadiusSession(admission, this.#ports)
    this.#entries.set(admission.session, { session, secret: digestOf(password), token: undefined })
  }

  find(id: SessionId): RadiusSession | undefined {
    return this.#entries.get(id)?.session
  }

  /** @throws ConetError `SESSION_UNKNOWN` */
  get(id: SessionId): RadiusSession {
    const session = this.find(id)
    if (session !== undefined) return session
    throw new ConetError('SESSION_UNKNOWN', 'no session of this id is open here', { data: { session: id } })
  }

  wasHere(id: SessionId): boolean {
    return this.#closed.has(id)
  }

  /** Whether the password is the gateway's own one, or the token that was accepted before. */
  knows(id: SessionId, password: string): boolean {
    const entry = this.#entries.get(id)
    if (entry === undefined) return false
    const digest = digestOf(password)
    return timingSafeEqual(digest, entry.secret) || (entry.token !== undefined && timingSafeEqual(digest, entry.token))
  }

  remember(id: SessionId, token: string): void {
    const entry = this.#entries.get(id)
    if (entry !== undefined) entry.token = digestOf(token)
  }

  all(): IterableIterator<Entry> {
    return this.#entries.values()
  }

  /** Whether a station is on with a session other than this one. */
  seatsElsewhere(station: string | undefined, id: SessionId): boolean {
    for (const { session } of this.#entries.values()) {
      if (session.station === station && session.id !== id && session.seated) return true
    }
    return false
  }

  /** The last count of a closed session. @throws ConetError `SESSION_UNKNOWN` */
  last(id: SessionId): Meter {
    return this.#closed.get(id) ?? this.get(id).meter
  }

  drop(id: SessionId, meter: Meter): void {
    this.#entries.delete(id)
    this.#closed.delete(id)
    this.#closed.set(id, meter)
    const [oldest] = this.#closed.keys()
    if (this.#closed.size > REMEMBERED && oldest !== undefined) this.#closed.delete(oldest)
  }
}
