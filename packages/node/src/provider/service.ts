import { ok, type Result, reject } from '@conet/core/errors'
import { type CloseReason, pendingStatement, type SessionId, sessionIdOf } from '@conet/core/rounds'
import type { Did, Millis } from '@conet/core/units'
import type { ProviderCode } from './codes.js'
import type {
  ProviderEvent,
  ProviderService,
  ProviderTotals,
  RequestOrigin,
  RoundsChannel,
  SessionPage,
  SessionQuery,
  SessionView,
  VoucherAck,
} from './contract.js'
import { readInbound } from './inbound.js'
import { listSessions } from './listing.js'
import { type Parts, wire } from './parts.js'
import type { ProviderConfigPorts } from './ports.js'
import { checkLeftovers, closeLeftovers, prune } from './recovery.js'
import { type Answer, type LiveSession, viewOf } from './session.js'

/** Waiting for last statements, vouchers and settlements when a node stops. */
const STOP_GRACE_MS: Millis = 5_000
/** How often old records and counters are dropped. */
const PRUNE_MS: Millis = 3_600_000

class Provider implements ProviderService {
  readonly #parts: Parts
  readonly #opening = new Map<SessionId, Promise<Result<LiveSession, ProviderCode>>>()
  #running = false
  #stopPruning: (() => void) | undefined

  constructor(ports: ProviderConfigPorts) {
    this.#parts = wire(ports)
  }

  async start(): Promise<void> {
    const { ports, records, credit, settler } = this.#parts
    await checkLeftovers(ports, records, credit)
    await closeLeftovers(ports.store, records, ports.clock.now())
    settler.start()
    this.#running = true
    this.#prune()
  }

  async stop(graceMs: Millis = STOP_GRACE_MS): Promise<void> {
    const { ports, sessions, settler } = this.#parts
    this.#running = false
    this.#stopPruning?.()
    for (const session of sessions.live.values()) sessions.stop(session, 'PROVIDER_DONE')
    const ended = new Promise<void>(resolve => {
      ports.clock.after(graceMs, resolve)
      sessions.onEmpty(resolve)
    })
    await ended
    await sessions.flush()
    await settler.stop(graceMs)
    sessions.close()
  }

  async request(text: string, from: RequestOrigin): Promise<Result<{ grant: string; sid: SessionId }, ProviderCode>> {
    const outcome = await this.#request(text, from)
    if (outcome.ok) return ok({ grant: this.#parts.opening.textOf(outcome.value), sid: outcome.value.sid })
    const { counters, emitter, ports } = this.#parts
    counters.refusals++
    emitter.emit({ type: 'refused', code: outcome.code, client: undefined, at: ports.clock.now() })
    return outcome
  }

  attach(sid: SessionId, channel: RoundsChannel): Result<true, ProviderCode> {
    const found = this.#find(sid)
    if (!found.ok) return found
    return this.#parts.lines.open(found.value, channel)
  }

  async voucher(sid: SessionId, text: string): Promise<Result<VoucherAck, ProviderCode>> {
    const found = this.#find(sid)
    if (!found.ok) return found
    const session = found.value
    const read = this.#parts.lines.read(session, text)
    if (!read.ok) return read
    if (read.value.kind !== 'voucher') return reject('KIND_REFUSED', { typ: read.value.envelope.header.typ })
    const message = read.value
    return new Promise(resolve => {
      const answer: Answer = reply => {
        resolve(reply.type === 'ack' ? ok(reply.ack) : reject(reply.code, reply.data))
      }
      session.answers ??= []
      session.answers.push(answer)
      this.#parts.lines.take(session, message)
    })
  }

  statement(sid: SessionId): Result<{ statement: string | undefined }, ProviderCode> {
    const found = this.#find(sid)
    if (!found.ok) return found
    const open = pendingStatement(found.value.state)
    return ok({ statement: open && this.#parts.statements.whole(open.text) })
  }

  async close(sid: SessionId, text: string): Promise<Result<{ close: string }, ProviderCode>> {
    const found = this.#find(sid)
    if (!found.ok) return found
    const session = found.value
    const read = this.#parts.lines.read(session, text)
    if (!read.ok) return read
    if (read.value.kind !== 'close') return reject('KIND_REFUSED', { typ: read.value.envelope.header.typ })
    this.#parts.lines.take(session, read.value)
    await this.#parts.sessions.ended(session)
    return ok({ close: session.state.closeText ?? '' })
  }

  async end(sid: SessionId, reason: CloseReason): Promise<void> {
    const session = this.#parts.sessions.live.get(sid)
    if (session === undefined) return
    this.#parts.sessions.stop(session, reason)
    await this.#parts.sessions.ended(session)
  }

  recheck(): void {
    const { ports, sessions } = this.#parts
    for (const session of sessions.live.values()) {
      const { grant, asker } = session.start
      const { client, offer, offerVersion, terms } = grant
      const where = { remoteAddress: asker.address, device: asker.device }
      // Its own place is not in question: only whether this client may have one.
      const context = { client, offer, offerVersion, terms, ...where, openSessions: 0, at: ports.clock.wall() }
      if (!ports.admit(context).ok) sessions.endWithPaidTime(session, 'DENIED')
    }
  }

  closedOnLedger(client: Did, sid: SessionId): void {
    const { sessions, settler } = this.#parts
    const session = sessions.live.get(sid)
    if (session !== undefined && session.start.grant.client !== client) return
    settler.hurry(sid)
    if (session !== undefined) sessions.stop(session, 'CLIENT_DONE')
  }

  spentOnLedger(client: Did): void {
    this.#parts.sessions.forgetPurse(client)
  }

  list(query: SessionQuery = {}): SessionPage {
    return listSessions(query, this.#parts.sessions.live, this.#parts.records, session => this.#view(session))
  }

  get(sid: SessionId): SessionView | undefined {
    const { records, sessions, settler } = this.#parts
    const live = sessions.live.get(sid)
    if (live !== undefined) return this.#view(live)
    const closed = records.closed(sid)
    if (closed === undefined) return undefined
    return { ...closed, settled: settler.settledOf(sid) ?? closed.settled }
  }

  totals(): ProviderTotals {
    const { counters, sessions } = this.#parts
    const { grants, refusals, statements, vouchers, lateVouchers, cuts, disputes, exposure } = counters
    const sums = { promised: Object.fromEntries(counters.promised), settled: Object.fromEntries(counters.settled) }
    const liveSessions = sessions.live.size
    return { liveSessions, grants, refusals, statements, vouchers, lateVouchers, cuts, disputes, ...sums, exposure }
  }

  onEvent(listener: (event: ProviderEvent) => void): () => void {
    return this.#parts.emitter.on(listener)
  }

  async #request(text: string, from: RequestOrigin): Promise<Result<LiveSession, ProviderCode>> {
    if (!this.#running) return reject('NOT_RUNNING')
    const { opening, ports, sessions } = this.#parts
    const read = readInbound(text, ports.sha256)
    if (!read.ok) return read
    if (read.value.kind !== 'request') return reject('KIND_REFUSED', { typ: read.value.envelope.header.typ })
    const { envelope, payload } = read.value
    const sid = sessionIdOf(envelope.hash)
    const checked = opening.check(payload, envelope, sid, from)
    if (!checked.ok) return checked
    const live = sessions.live.get(sid)
    if (live !== undefined) return live.state.phase === 'serving' ? ok(live) : reject('REPLAYED', { sid })
    const under = this.#opening.get(sid)
    if (under !== undefined) return under
    // What the process before this one has granted is not in the window of nonces.
    if (this.#parts.records.closed(sid) !== undefined) return reject('REPLAYED', { sid })
    const opened = opening.open(checked.value)
    this.#opening.set(sid, opened)
    const outcome = await opened.finally(() => this.#opening.delete(sid))
    if (outcome.ok) this.#granted(outcome.value)
    return outcome
  }

  #granted(session: LiveSession): void {
    const { grant } = session.start
    const { client, offer, at, accessUntil } = grant
    this.#parts.emitter.emit({ type: 'granted', sid: session.sid, client, offer, at, accessUntil })
  }

  #find(sid: SessionId): Result<LiveSession, ProviderCode> {
    const live = this.#parts.sessions.live.get(sid)
    if (live !== undefined) return ok(live)
    return reject(this.#parts.records.closed(sid) === undefined ? 'SESSION_UNKNOWN' : 'SESSION_CLOSED', { sid })
  }

  #view(session: LiveSession): SessionView {
    const { ports, sessions, settler } = this.#parts
    const view = viewOf(session, ports.clock.now(), settler.settledOf(session.sid) ?? 0n)
    // What has passed by now: the state's own count stands still between the ends of rounds.
    const { bytesUp, bytesDown } = sessions.meterOf(session)
    return { ...view, bytesUp, bytesDown }
  }

  #prune(): void {
    const { ports, records, trials } = this.#parts
    void prune(ports, records, trials)
    this.#stopPruning = ports.clock.after(PRUNE_MS, () => {
      if (this.#running) this.#prune()
    })
  }
}

/**
 * The provider's side of a node.
 *
 * @param ports - everything it needs from outside: keys, clock, ledger replica, gateway, policy, store
 */
export function createProviderService(ports: ProviderConfigPorts): ProviderService {
  return new Provider(ports)
}
