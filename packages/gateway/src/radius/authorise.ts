import { ok, type Rejection, type Result, reject } from '@conet/core/errors'
import type { SessionId } from '@conet/core/rounds'
import type { Did, UnixMillis } from '@conet/core/units'
import type { Verify } from '@conet/core/wire'
import { type Attributes, first, sessionOf, stationOf } from './attributes.js'
import type { RadiusBook } from './book.js'
import type { RadiusCode } from './codes.js'
import type { RadiusSession } from './session.js'
import { checkToken } from './token.js'
import type { Waiting, WaitingRoom } from './waiting.js'

/** A station is let in. */
export interface Accept {
  readonly session: SessionId
  readonly seconds: number
}

/** Asks the node to open the session of a signed request, which opens it here (`ProviderService.request`). */
export type OpenSession = (request: string, remoteAddress: string) => Promise<Result<{ readonly grant: string }>>

interface Parts {
  readonly lid: string
  readonly provider: Did
  readonly book: RadiusBook
  readonly waiting: WaitingRoom
  readonly openSession: OpenSession
  readonly verify: Verify
  readonly now: () => UnixMillis
}

/** Who asks, once it is clear that the question has the right form. */
interface Asking {
  readonly sid: SessionId
  readonly password: string
  readonly station: string
  readonly callingStationId: string
  readonly nas: string
}

/** Decides about one Access-Request: first entry, re-authentication, or refusal. */
export class Authoriser {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** @returns codes of `RADIUS_CODES`; `NODE_REFUSED` carries the node's own code in `data.code` */
  async authorise(attributes: Attributes): Promise<Result<Accept, RadiusCode>> {
    const asking = read(attributes)
    if (!asking.ok) return asking
    const { book, waiting } = this.#parts
    const { sid } = asking.value
    const session = book.find(sid)
    if (session !== undefined) return this.#known(session, asking.value)
    if (book.wasHere(sid)) return reject('SESSION_OVER')
    const entry = waiting.get(sid)
    if (entry === undefined) return reject('CREDENTIAL_UNKNOWN')
    return this.#enter(entry, asking.value)
  }

  /** The first time: the token is checked, then the node opens the session, which begins the trial. */
  async #enter(entry: Waiting, asking: Asking): Promise<Result<Accept, RadiusCode>> {
    const token = this.#token(entry, asking.password)
    if (!token.ok) return token
    if (entry.station !== undefined && entry.station !== asking.station) return reject('STATION_OTHER')
    entry.station = asking.station
    // Set before the node is asked: the node opens the gateway at once, which must know by then whose session it is.
    entry.opening ??= Promise.resolve().then(() => this.#parts.openSession(entry.request, entry.remoteAddress))
    const opened = await entry.opening.catch((): Rejection<string> => reject('INTERNAL'))
    if (!opened.ok) {
      // Another try, perhaps of another station, may do better: nothing has begun.
      entry.opening = undefined
      entry.station = undefined
      return reject('NODE_REFUSED', { code: opened.code })
    }
    const session = this.#parts.book.find(asking.sid)
    // The same request was used elsewhere before: its session is carried by another gateway.
    if (session === undefined) return reject('SESSION_OVER')
    return this.#acceptNew(session, asking)
  }

  #known(session: RadiusSession, asking: Asking): Result<Accept, RadiusCode> {
    const answer = this.#again(session, asking)
    if (!answer.ok) session.refuse()
    return answer
  }

  #again(session: RadiusSession, asking: Asking): Result<Accept, RadiusCode> {
    const { book, waiting } = this.#parts
    if (book.knows(asking.sid, asking.password)) return this.#accept(session, asking)
    const entry = waiting.get(asking.sid)
    if (entry === undefined) return reject('PASSWORD_WRONG')
    const token = this.#token(entry, asking.password)
    return token.ok ? this.#acceptNew(session, asking) : token
  }

  /** With a token that was just checked: the next time a look at its digest is enough. */
  #acceptNew(session: RadiusSession, asking: Asking): Result<Accept, RadiusCode> {
    const answer = this.#accept(session, asking)
    if (answer.ok) this.#parts.book.remember(asking.sid, asking.password)
    return answer
  }

  #accept(session: RadiusSession, asking: Asking): Result<Accept, RadiusCode> {
    if (session.station !== undefined && session.station !== asking.station) return reject('STATION_OTHER')
    if (!session.alive) return reject('SESSION_OVER')
    if (session.held) return reject('QUOTA_USED')
    return ok({ session: asking.sid, seconds: session.admit(asking.station, asking.nas, asking.callingStationId) })
  }

  #token(entry: Waiting, password: string): Result<unknown, RadiusCode> {
    const { lid, provider, verify, now } = this.#parts
    return checkToken(password, { lid, provider, sid: entry.sid }, entry.publicKey, verify, now())
  }
}

function read(attributes: Attributes): Result<Asking, RadiusCode> {
  const sid = sessionOf(first(attributes, 'User-Name'))
  if (sid === undefined) return reject('CREDENTIAL_UNKNOWN')
  const password = first(attributes, 'User-Password')
  if (password === undefined) return reject('ATTRIBUTES_MALFORMED', { what: 'User-Password' })
  const callingStationId = first(attributes, 'Calling-Station-Id')
  const station = stationOf(callingStationId)
  if (callingStationId === undefined || station === undefined) return reject('STATION_MISSING')
  const nas = first(attributes, 'NAS-IP-Address') ?? first(attributes, 'NAS-IPv6-Address') ?? ''
  return ok({ sid, password, station, callingStationId, nas })
}
