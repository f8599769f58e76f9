import { ok, type Result, reject } from '@conet/core/errors'
import { sessionIdOf } from '@conet/core/rounds'
import type { Sha256, Verify } from '@conet/core/wire'
import type { ProviderCode } from './codes.js'
import type { RoundsChannel } from './contract.js'
import { errorFrame } from './effects.js'
import { type Inbound, isSignedBy, readInbound } from './inbound.js'
import type { LiveSession } from './session.js'
import type { Sessions } from './sessions.js'

/** WebSocket close codes of ours and of RFC 6455: 1008 is a breach of policy. */
const POLICY = 1008
const REPLACED = 4001
/** Frames with a bad signature or form before a line is closed: verifying is what costs. */
const MAX_STRIKES = 3

interface Line {
  readonly session: LiveSession
  readonly channel: RoundsChannel
  strikes: number
}

export interface LinePorts {
  readonly sessions: Sessions
  readonly sha256: Sha256
  readonly verify: Verify
}

/** The lines that carry statements and vouchers: proves who is at the other end, then feeds frames to the machine. */
export class Lines {
  readonly #ports: LinePorts

  constructor(ports: LinePorts) {
    this.#ports = ports
  }

  /** Listens to a line; it becomes the session's line with its first good frame. */
  open(session: LiveSession, channel: RoundsChannel): void {
    const line: Line = { session, channel, strikes: 0 }
    channel.onMessage(text => this.#frame(line, text))
    channel.onClose(() => {
      if (session.channel === channel) session.channel = undefined
    })
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
    const { kid, publicKey } = session.start
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
      const { reason } = message.payload
      sessions.feed(session, { type: 'close', reason, text: envelope.text, meter: sessions.meterOf(session) })
    }
  }

  #frame(line: Line, text: string): void {
    const { session, channel } = line
    const read = this.read(session, text)
    if (!read.ok) {
      const code = session.channel === channel ? read.code : 'NOT_ATTACHED'
      channel.send(errorFrame(code, code === read.code ? read.data : { reason: read.code }))
      line.strikes++
      if (line.strikes >= MAX_STRIKES) channel.close(POLICY, read.code)
      return
    }
    if (session.channel !== channel) this.#replace(session, channel)
    this.take(session, read.value)
  }

  #replace(session: LiveSession, channel: RoundsChannel): void {
    const before = session.channel
    session.channel = channel
    before?.close(REPLACED, 'REPLACED')
    this.#ports.sessions.feed(session, { type: 'attached' })
  }
}
