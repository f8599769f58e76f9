import { ok, type Result, reject } from '@conet/core/errors'
import { mayPostpone, sessionIdOf } from '@conet/core/rounds'
import type { Amount, Did, DidUrl, Millis, UnixMillis } from '@conet/core/units'
import type { Sha256, Verify } from '@conet/core/wire'
import type { Clock } from './clock.js'
import type { ProviderCode } from './codes.js'
import type { RoundsChannel, RoundsListener } from './contract.js'
import { errorFrame } from './effects.js'
import { readExpected } from './expected.js'
import { type Inbound, isSignedBy, readInbound } from './inbound.js'
import type { LiveSession } from './session.js'
import type { Sessions } from './sessions.js'
import { isAuthentic } from './signed.js'

/** WebSocket close codes of ours and of RFC 6455: 1008 is a breach of policy. */
const POLICY = 1008
const REPLACED = 4001
/** Frames with a bad signature or form before a line is closed: verifying is what costs. */
const MAX_STRIKES = 3
/** Lines of one session whose other end has not proved who it is; a client needs one. */
const MAX_UNPROVEN = 4
/** A line that has not proved anything after this long is closed. */
const PROVE_MS: Millis = 5_000

class Line implements RoundsListener {
  readonly #lines: Lines
  readonly session: LiveSession
  readonly channel: RoundsChannel
  readonly since: UnixMillis
  strikes = 0
  /**
   * A fresh voucher with a good signature came on this line: only the client itself can have sent it. The request's text alone,
   * which opens a line, may have been overheard.
   */
  paid = false

  constructor(lines: Lines, session: LiveSession, channel: RoundsChannel, since: UnixMillis) {
    this.#lines = lines
    this.session = session
    this.channel = channel
    this.since = since
  }

  heard(text: string): void {
    this.#lines.heard(this, text)
  }

  gone(): void {
    this.#lines.gone(this)
  }
}

export interface LinePorts {
  readonly sessions: Sessions
  readonly sha256: Sha256
  readonly verify: Verify
  readonly clock: Clock
  readonly signerKey: (kid: DidUrl) => Uint8Array | undefined
  /** What a client has promised with good signatures and not settled. */
  readonly unsettledOf: (client: Did) => Amount
}

/** The lines that carry statements and vouchers: proves who is at the other end, then feeds frames to the machine. */
export class Lines {
  readonly #ports: LinePorts

  /** Lines that prove nothing yet, by session; swept by one timer while there are any. */
  readonly #unproven = new Map<LiveSession, Line[]>()
  #sweeping = false

  constructor(ports: LinePorts) {
    this.#ports = ports
    ports.sessions.onDropped(session => this.#closeUnproven(session))
  }

  /** Listens to a line; it becomes the session's line with its first good frame. @returns `BUSY` if too many wait */
  open(session: LiveSession, channel: RoundsChannel): Result<true, 'BUSY'> {
    const waiting = this.#unproven.get(session) ?? []
    if (waiting.length >= MAX_UNPROVEN) return reject('BUSY', { reason: 'lines', max: MAX_UNPROVEN })
    const line = new Line(this, session, channel, this.#ports.clock.now())
    waiting.push(line)
    this.#unproven.set(session, waiting)
    this.#sweepLater()
    channel.listen(line)
    return ok(true)
  }

  /** The line is no longer there; its session goes on. */
  gone(line: Line): void {
    const { session, channel } = line
    this.#settle(line)
    if (session.channel === channel) session.channel = undefined
  }

  /**
   * Reads a message of a session's client and checks that the client signed it.
   *
   * @returns wire codes, `SIGNATURE_INVALID`, `VOUCHER_MISMATCH` if it belongs to another session
   */
  read(session: LiveSession, text: string): Result<Inbound, ProviderCode> {
    const read = readInbound(text, this.#ports.sha256)
    if (!read.ok) return read
    const { envelope, payload, kind } = read.value
    const sid = kind === 'request' ? sessionIdOf(envelope.hash) : payload.sid
    if (sid !== session.sid) return reject('VOUCHER_MISMATCH', { field: 'sid' })
    const { kid } = session.start
    const publicKey = this.#keyOf(session)
    if (publicKey === undefined) return reject('KEY_UNKNOWN', { kid })
    const good = envelope.header.kid === kid && isSignedBy(envelope, publicKey, this.#ports.verify)
    return good ? ok(read.value) : reject('SIGNATURE_INVALID', { kid: envelope.header.kid })
  }

  /** Gives a checked message to the session. */
  take(session: LiveSession, message: Inbound): void {
    const { sessions } = this.#ports
    const { envelope } = message
    if (message.kind === 'voucher') {
      const { text, hash } = envelope
      sessions.voucher(session, { type: 'voucher', voucher: message.payload, text, hash })
    } else if (message.kind === 'close') {
      session.closedByClient = true
      const { reason } = message.payload
      sessions.feed(session, { type: 'close', reason, text: envelope.text, meter: sessions.meterOf(session) })
    }
  }

  /** A frame came on a line. */
  heard(line: Line, text: string): void {
    const { session, channel } = line
    if (line.paid && session.channel === channel && this.#expected(session, text)) return
    const read = this.read(session, text)
    if (!read.ok) {
      if (line.paid && read.code === 'SIGNATURE_INVALID') this.#ports.sessions.suspect(session)
      const code = session.channel === channel ? read.code : 'NOT_ATTACHED'
      channel.send(errorFrame(code, code === read.code ? read.data : { reason: read.code }))
      line.strikes++
      if (line.strikes >= MAX_STRIKES) channel.close(POLICY, read.code)
      return
    }
    if (session.channel !== channel) {
      if (!proves(session, read.value)) {
        channel.send(errorFrame('NOT_ATTACHED'))
        return
      }
      this.#settle(line)
      this.#replace(session, channel)
    }
    if (proves(session, read.value) && read.value.kind === 'voucher') line.paid = true
    this.take(session, read.value)
  }

  /**
   * Takes the voucher that was expected; without a look at its signature where the rules allow that (RND-15).
   *
   * @returns `false` if this is anything else, or forged
   */
  #expected(session: LiveSession, text: string): boolean {
    const { sessions, sha256, verify } = this.#ports
    const expected = readExpected(session, text, sha256)
    if (expected === undefined) return false
    const checked = !this.#mayWait(session, expected.voucher.owed)
    const publicKey = checked ? this.#keyOf(session) : undefined
    if (checked && (publicKey === undefined || !isAuthentic(text, publicKey, verify))) return false
    sessions.voucher(session, { type: 'voucher', ...expected, checked })
    return true
  }

  /** A `did:conet` may have changed its keys since the session began: the ledger takes no voucher of an old one. */
  #keyOf({ start }: LiveSession): Uint8Array | undefined {
    return start.kid.startsWith('did:key:') ? start.publicKey : this.#ports.signerKey(start.kid)
  }

  /** Near the end of the client's money every promise is looked at, so that none goes beyond it. */
  #mayWait(session: LiveSession, owed: Amount): boolean {
    const { clock, unsettledOf } = this.#ports
    if (!mayPostpone(session.state, owed, clock.now())) return false
    return unsettledOf(session.start.grant.client) + owed - session.promised <= session.purse
  }

  /** The line has proved itself or is gone. */
  #settle(line: Line): void {
    const left = (this.#unproven.get(line.session) ?? []).filter(other => other !== line)
    if (left.length === 0) this.#unproven.delete(line.session)
    else this.#unproven.set(line.session, left)
  }

  #closeUnproven(session: LiveSession): void {
    for (const { channel } of this.#unproven.get(session) ?? []) channel.close(POLICY, 'SESSION_CLOSED')
    this.#unproven.delete(session)
  }

  #sweepLater(): void {
    if (this.#sweeping) return
    this.#sweeping = true
    this.#ports.clock.after(PROVE_MS, () => {
      this.#sweeping = false
      const oldest = this.#ports.clock.now() - PROVE_MS
      for (const { channel, since } of [...this.#unproven.values()].flat()) {
        if (since <= oldest) channel.close(POLICY, 'NOT_ATTACHED')
      }
      if (this.#unproven.size > 0) this.#sweepLater()
    })
  }

  #replace(session: LiveSession, channel: RoundsChannel): void {
    const before = session.channel
    session.channel = channel
    before?.close(REPLACED, 'REPLACED')
    this.#ports.sessions.feed(session, { type: 'attached' })
  }
}

/**
 * Whether a good message can only come from the client itself. A voucher that was settled stands on the ledger for everyone
 * to read: only one that answers a statement still open proves anything.
 */
function proves(session: LiveSession, message: Inbound): boolean {
  if (message.kind !== 'voucher') return message.kind === 'request'
  return session.state.open.some(open => open.hash === message.payload.statement)
}
