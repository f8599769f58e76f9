import { hash, timingSafeEqual } from 'node:crypto'
import { ConetError, ok, type Result, reject } from '@conet/core/errors'
import type { SessionId } from '@conet/core/rounds'
import { plainAddress } from '../address.js'
import type { Clock } from '../clock.js'
import type { Admission, GatewayEvent, Meter } from '../contract.js'
import type { RefusalCode } from './codes.js'
import { Ends } from './ends.js'
import { Session } from './session.js'

/** What opens the proxy for one session. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

interface Entry {
  /** SHA-256 of the password, one byte a character: a third of what a Buffer of its own takes. */
  readonly digest: string
  readonly session: Session
  /** Why the credentials no longer work. */
  dead: 'SESSION_EXPIRED' | 'SESSION_CLOSED' | undefined
}

/** Dead credentials and last counts are remembered for this many sessions, to answer precisely. */
const REMEMBERED = 1_024

const digestOf = (password: string) => hash('sha256', password, 'binary')
const NOBODY = digestOf('')
const same = (one: string, other: string) => timingSafeEqual(Buffer.from(one, 'latin1'), Buffer.from(other, 'latin1'))

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

function remember<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest)
}

/** All sessions of a gateway, by id for the node and by username for clients. */
export class Book {
  private readonly sessions = new Map<SessionId, Session>()
  private readonly entries = new Map<string, Entry>()
  private readonly dead = new Map<string, Entry>()
  private readonly closed = new Map<SessionId, Meter>()
  private readonly ends: Ends

  constructor(
    private readonly clock: Clock,
    private readonly random: (size: number) => Uint8Array,
    private readonly emit: (event: GatewayEvent) => void,
  ) {
    this.ends = new Ends(clock)
  }

  /** @throws ConetError `SESSION_EXISTS` */
  open(admission: Admission): Credentials {
    if (this.sessions.has(admission.session)) {
      throw new ConetError('SESSION_EXISTS', 'a session of this id is already open: close it first', {
        data: { session: admission.session },
      })
    }
    const [username, password] = [hex(this.random(8)), hex(this.random(16))]
    const session = new Session(admission, this.clock, this.emit, (_, why) => this.bury(username, why), this.ends)
    this.sessions.set(admission.session, session)
    this.entries.set(username, { digest: digestOf(password), session, dead: undefined })
    return { username, password }
  }

  /** @throws ConetError `SESSION_UNKNOWN` */
  get(id: SessionId): Session {
    const session = this.sessions.get(id)
    if (session === undefined) throw unknown(id)
    return session
  }

  /** @throws ConetError `SESSION_UNKNOWN` if it was never opened, or closed too long ago to be remembered */
  close(id: SessionId): Meter {
    const session = this.sessions.get(id)
    if (session === undefined) {
      const last = this.closed.get(id)
      if (last === undefined) throw unknown(id)
      return last
    }
    session.close()
    this.sessions.delete(id)
    const meter = session.meter()
    remember(this.closed, id, meter)
    return meter
  }

  closeAll(): void {
    for (const id of [...this.sessions.keys()]) this.close(id)
  }

  /**
   * Finds the session that credentials open. The comparison takes the same time whether the username exists or not.
   *
   * @param address - the client's address as the socket reports it
   */
  authenticate({ username, password }: Credentials, address: string): Result<Session, RefusalCode> {
    const entry = this.entries.get(username) ?? this.dead.get(username)
    const right = same(digestOf(password), entry?.digest ?? NOBODY)
    if (entry === undefined || !right) return reject('AUTH_UNKNOWN')
    // Looking first lets a session notice that its time is over before its timer does.
    const { alive, clientAddress } = entry.session
    if (!alive) return reject(entry.dead ?? 'SESSION_EXPIRED')
    if (clientAddress !== undefined && plainAddress(clientAddress) !== plainAddress(address)) {
      return reject('CLIENT_ADDRESS')
    }
    return ok(entry.session)
  }

  private bury(username: string, why: 'SESSION_EXPIRED' | 'SESSION_CLOSED'): void {
    const entry = this.entries.get(username)
    if (entry === undefined) return
    entry.dead = why
    this.entries.delete(username)
    remember(this.dead, username, entry)
  }
}

function unknown(session: SessionId): ConetError {
  return new ConetError('SESSION_UNKNOWN', 'no session of this id is open here', { data: { session } })
}
