import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Millis } from '@conet/core/units'
import type { Clock } from '../clock.js'
import type { RadiusNote } from './notes.js'
import { ATTRIBUTE, type Attribute, DISCONNECT, encodePacket, isSigned, type Packet, parsePacket } from './packet.js'

/** An access point that takes Disconnect-Requests (RFC 5176). */
export interface NasSettings {
  /** The address its RADIUS packets come from, and where it listens. */
  readonly address: string
  /** Default 3799. */
  readonly port?: number
  readonly secret: string
}

/** Which station is to be thrown off, as far as it is known. */
export interface DisconnectTarget {
  readonly session: string
  readonly nas: string
  readonly callingStationId: string
  readonly acctId: string | undefined
  readonly userName: string | undefined
}

/** How it ended: the station is off; it was off already; refused with an Error-Cause; no (believable) answer; nobody to ask. */
export type DisconnectOutcome = 'off' | 'was-off' | 'refused' | 'silent' | 'unknown-nas'

/** Waits before each repetition (RFC 5080 2.2.1 begins at 2 s; here the paid time is over). 3.75 s in all, then silent. */
const WAITS_MS: readonly Millis[] = [250, 500, 1_000, 2_000]
/**
 * Waits before a station is asked for anew, in a new request, after a refusal or silence: an access point that restarts is back within a
 * minute, and one that lacks resources (Error-Cause 506) has them again. RFC 5176 leaves this to whoever asks; then it is reported.
 */
const AGAIN_MS: readonly Millis[] = [2_000, 8_000, 30_000]
/** Error-Cause 503: Session Context Not Found. */
const NOT_FOUND = 503

interface Pending {
  readonly target: DisconnectTarget
  readonly nas: NasSettings
  readonly bytes: Buffer
  readonly done: (outcome: DisconnectOutcome) => void
  tries: number
  cancel: () => void
}

interface Parts {
  readonly nas: readonly NasSettings[]
  readonly clock: Clock
  readonly note: (note: RadiusNote) => void
  readonly waitsMs?: readonly Millis[]
  readonly againMs?: readonly Millis[]
}

const text = (type: number, value: string | undefined): Attribute[] =>
  value === undefined ? [] : [{ type, value: Buffer.from(value, 'utf8').subarray(0, 253) }]

/** Throws stations off: signed, repeated with the same bytes until answered, at most 256 under way per access point. */
export class Disconnector {
  readonly #parts: Parts
  readonly #nas: ReadonlyMap<string, NasSettings>
  readonly #pending = new Map<string, Pending>()
  readonly #waiting: (() => void)[] = []
  readonly #pauses = new Set<() => void>()
  readonly #sockets = new Map<'udp4' | 'udp6', Socket>()
  #id = 0
  #stopped = false

  constructor(parts: Parts) {
    this.#parts = parts
    this.#nas = new Map(parts.nas.map(nas => [nas.address, nas]))
  }

  /**
   * Resolves when the station is off, or when the access point is given up, which is told by the note `station-stays`. Never rejects.
   *
   * @param unwanted - whether it must still be thrown off; asked before each request but the first
   */
  async send(target: DisconnectTarget, unwanted = () => true): Promise<DisconnectOutcome> {
    const { againMs = AGAIN_MS, note } = this.#parts
    for (let asked = 1; ; asked++) {
      const outcome = await (asked === 1 ? this.#askTwice(target, unwanted) : this.#ask(target))
      if ((outcome !== 'refused' && outcome !== 'silent') || this.#stopped || !unwanted()) return outcome
      const wait = againMs[asked - 1]
      if (wait === undefined) {
        note({ type: 'station-stays', session: target.session, nas: target.nas, outcome, asked })
        return outcome
      }
      await this.#pause(wait)
      if (this.#stopped || !unwanted()) return outcome
    }
  }

  #pause(ms: Millis): Promise<void> {
    return new Promise(resolve => {
      const go = () => {
        this.#pauses.delete(go)
        cancel()
        resolve()
      }
      const cancel = this.#parts.clock.after(ms, go)
      this.#pauses.add(go)
    })
  }

  /**
   * An access point that does not know the accounting session is asked once more by the station alone: the last report may have been of
   * an older one. Only at first: later the station may be back with a session that is paid.
   */
  async #askTwice(target: DisconnectTarget, unwanted: () => boolean): Promise<DisconnectOutcome> {
    const outcome = await this.#ask(target)
    if (outcome !== 'was-off' || target.acctId === undefined || !unwanted()) return outcome
    return this.#ask({ ...target, acctId: undefined, userName: undefined })
  }

  #ask(target: DisconnectTarget): Promise<DisconnectOutcome> {
    const nas = this.#nas.get(target.nas)
    if (nas === undefined || this.#stopped) {
      this.#parts.note({ type: 'nas-unknown', session: target.session, nas: target.nas })
      return Promise.resolve('unknown-nas')
    }
    return new Promise(done => this.#begin(target, nas, done))
  }

  /** Gives up what is under way and closes the sockets. */
  stop(): void {
    this.#stopped = true
    for (const [key, pending] of [...this.#pending]) this.#end(key, pending, 'silent')
    for (const go of [...this.#pauses]) go()
    for (const socket of this.#sockets.values()) socket.close()
    this.#sockets.clear()
  }

  #begin(target: DisconnectTarget, nas: NasSettings, done: (outcome: DisconnectOutcome) => void): void {
    if (this.#stopped) {
      done('silent')
      return
    }
    const id = this.#freeId(nas)
    if (id === undefined) {
      this.#waiting.push(() => this.#begin(target, nas, done))
      return
    }
    const timestamp = Buffer.alloc(4)
    timestamp.writeUInt32BE(Math.floor(this.#parts.clock.now() / 1_000) >>> 0)
    const attributes = [
      ...text(ATTRIBUTE.userName, target.userName),
      ...text(ATTRIBUTE.callingStationId, target.callingStationId),
      ...text(ATTRIBUTE.acctSessionId, target.acctId),
      { type: ATTRIBUTE.eventTimestamp, value: timestamp },
    ]
    const bytes = encodePacket(DISCONNECT.request, id, attributes, nas.secret)
    const pending: Pending = { target, nas, bytes, done, tries: 0, cancel: () => {} }
    this.#pending.set(keyOf(nas, id), pending)
    this.#transmit(keyOf(nas, id), pending)
  }

  #transmit(key: string, pending: Pending): void {
    const waits = this.#parts.waitsMs ?? WAITS_MS
    const wait = waits[pending.tries]
    if (wait === undefined) {
      const { target, tries } = pending
      this.#parts.note({ type: 'nas-silent', session: target.session, nas: target.nas, tries })
      this.#end(key, pending, 'silent')
      return
    }
    pending.tries++
    // A port that is closed, or a route that is missing, looks like silence: the next try may find it mended.
    this.#socket(pending.nas.address).send(pending.bytes, portOf(pending.nas), pending.nas.address, () => {})
    pending.cancel = this.#parts.clock.after(wait, () => this.#transmit(key, pending))
  }

  #hear(bytes: Buffer, address: string, port: number): void {
    const packet = parsePacket(bytes)
    const key = packet.ok ? `${address} ${port} ${packet.value.id}` : ''
    const pending = this.#pending.get(key)
    // Late answers to what was given up, or answered twice, are nobody's fault.
    if (packet.ok && pending === undefined) return
    const signed =
      packet.ok &&
      pending !== undefined &&
      isSigned(bytes, packet.value, pending.nas.secret, pending.bytes.subarray(4, 20))
    if (packet.ok && pending !== undefined && signed) {
      this.#take(key, pending, packet.value)
      return
    }
    this.#parts.note({ type: 'packet-ignored', from: address, code: packet.ok ? 'AUTHENTICATOR_WRONG' : packet.code })
  }

  #take(key: string, pending: Pending, { code, attributes }: Packet): void {
    const { target, tries } = pending
    const { session, nas } = target
    if (code === DISCONNECT.ack) {
      this.#parts.note({ type: 'disconnected', session, nas, tries })
      this.#end(key, pending, 'off')
    }
    if (code !== DISCONNECT.nak) return
    const cause = attributes.find(({ type, value }) => type === ATTRIBUTE.errorCause && value.length === 4)?.value
    const errorCause = cause === undefined ? 0 : Buffer.from(cause).readUInt32BE(0)
    if (errorCause !== NOT_FOUND) this.#parts.note({ type: 'disconnect-refused', session, nas, errorCause })
    this.#end(key, pending, errorCause === NOT_FOUND ? 'was-off' : 'refused')
  }

  #end(key: string, pending: Pending, outcome: DisconnectOutcome): void {
    pending.cancel()
    this.#pending.delete(key)
    pending.done(outcome)
    this.#waiting.shift()?.()
  }

  #freeId(nas: NasSettings): number | undefined {
    for (let tried = 0; tried < 256; tried++) {
      this.#id = (this.#id + 1) & 0xff
      if (!this.#pending.has(keyOf(nas, this.#id))) return this.#id
    }
    return undefined
  }

  #socket(address: string): Socket {
    const kind = isIPv6(address) ? 'udp6' : 'udp4'
    const known = this.#sockets.get(kind)
    if (known !== undefined) return known
    const socket = createSocket(kind)
    socket.on('error', () => {})
    socket.on('message', (bytes, from) => this.#hear(bytes, from.address, from.port))
    socket.unref()
    this.#sockets.set(kind, socket)
    return socket
  }
}

const portOf = (nas: NasSettings) => nas.port ?? 3_799
const keyOf = (nas: NasSettings, id: number) => `${nas.address} ${portOf(nas)} ${id}`
