import {
  type ClientConfig,
  type ClientEffect,
  type ClientEvent,
  type ClientState,
  type ClientSummary,
  createClient,
  type GrantPayload,
  marginMs,
  nextClientDeadline,
  type OwnCount,
  resendMs,
  type StatementPayload,
  stepClient,
} from '@conet/core/rounds'
import type { Amount, Millis, UnixMillis } from '@conet/core/units'
import type { Offer } from '../api/types.js'
import { ControlLine } from './control.js'
import { type Inbound, readFrame } from './inbound.js'
import { type Granted, type RequestOptions, requestGrant } from './request.js'

/** For timers: whoever asks a moment too early asks twice. */
const ASK_SLACK_MS: Millis = 20

export interface SessionOptions extends RequestOptions {
  /** The client's own count, asked for whenever it is compared. */
  readonly meter: { read(): OwnCount }
  readonly mayPay?: ClientConfig['mayPay']
  /**
   * Hears of each statement before the meter is asked and anything is judged, with what it would add to the last promise; `false` stops
   * the session.
   */
  readonly onStatement?: (statement: StatementPayload, added: Amount) => boolean
  /** Where the session stood when its program was left: a page that is loaded again goes on there. */
  readonly resume?: Pick<ClientState, 'promised' | 'paidRounds'>
  readonly onEvent?: (event: SessionEvent) => void
}

export type SessionEvent =
  | { readonly type: 'paid'; readonly round: number; readonly owed: Amount; readonly added: Amount }
  /** The provider confirmed: access until then, in milliseconds from the grant. */
  | { readonly type: 'confirmed'; readonly round: number; readonly accessMs: Millis }
  | { readonly type: 'line'; readonly up: boolean; readonly failures: number }
  | { readonly type: 'refused'; readonly code: string; readonly message: string }
  /** A frame that cannot be from this provider, or cannot be read. */
  | { readonly type: 'ignored'; readonly code: string }
  /** Both signed counts of a dispute. */
  | Extract<ClientEffect, { type: 'evidence' }>
  | { readonly type: 'ended'; readonly summary: ClientSummary }

/**
 * Gets service for one offer: after this resolves, bytes flow (RND-1). Paying goes on by itself until the end.
 *
 * @throws ConetError like `requestGrant`
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  return new Session(options, await requestGrant(options))
}

/** A running session. It reads no clock but `ports.now`, and never compares it with the provider's. */
export class Session {
  readonly offer: Offer
  readonly grant: GrantPayload
  readonly requestedAt: UnixMillis
  readonly grantedAt: UnixMillis
  /** Resolves once, however the session ends. */
  readonly done: Promise<ClientSummary>
  readonly #options: SessionOptions
  readonly #line: ControlLine
  #state: ClientState
  #finish: (summary: ClientSummary) => void = () => {}
  #cancelTimer: () => void = () => {}
  #frames: Promise<void> = Promise.resolve()

  constructor(options: SessionOptions, granted: Granted) {
    const { grant, requestedAt, grantedAt, requestText } = granted
    this.#options = options
    this.offer = options.offer
    this.grant = grant
    this.requestedAt = requestedAt
    this.grantedAt = grantedAt
    this.done = new Promise(resolve => {
      this.#finish = resolve
    })
    const fresh = createClient({
      grant,
      requestedAt,
      seal: options.wallet.seal,
      ...(options.escrow === undefined ? {} : { escrow: options.escrow }),
      ...(options.mayPay === undefined ? {} : { mayPay: options.mayPay }),
    })
    this.#state = { ...fresh, ...options.resume }
    this.#line = this.#openLine(requestText)
    this.#expectNext()
    this.#arm()
  }

  get state(): ClientState {
    return this.#state
  }

  get ended(): boolean {
    return this.#state.phase === 'ended'
  }

  /** Highest promise so far. */
  get paid(): Amount {
    return this.#state.promised?.voucher.owed ?? 0n
  }

  /** Stops cleanly: the last bytes are paid, both sides say goodbye. Calling again is harmless. */
  stop(): Promise<ClientSummary> {
    this.#feed({ type: 'stop' })
    return this.done
  }

  #openLine(hello: string): ControlLine {
    const { ports, api } = this.#options
    return new ControlLine({
      ports,
      api,
      sid: this.grant.sid,
      path: this.grant.control,
      hello,
      firstStatementMs: this.#firstStatementMs(),
      onText: text => this.#hear(text),
      onUp: () => {
        this.#tell({ type: 'line', up: true, failures: 0 })
        this.#feed({ type: 'attached' })
      },
      // Only while stopping: a session that still carries bytes may outlive a broken control path.
      onUnreachable: () => {
        if (this.#state.phase === 'closing') this.#feed({ type: 'refused', code: 'SESSION_UNKNOWN' })
      },
      onDown: failures => this.#tell({ type: 'line', up: false, failures }),
    })
  }

  /** The provider's trial began after the request left, so that its statement leaves no earlier than this; at best, just as it is asked for. */
  #firstStatementMs(): Millis {
    const { terms } = this.grant
    const leaves = this.requestedAt + terms.trialMs - marginMs(terms) + ASK_SLACK_MS
    return Math.max(0, leaves - this.#options.ports.now())
  }

  /** The grant took as long to come as statements do; what is not here when it was sent for the second time is late. */
  #expectNext(): void {
    const { terms } = this.grant
    const { promised, doubtful, phase } = this.#state
    const elapsedMs = promised?.statement.elapsedMs ?? 0
    const lateAt = this.grantedAt + elapsedMs + terms.trialMs - marginMs(terms) + resendMs(terms) + ASK_SLACK_MS
    const lateMs = phase === 'online' && doubtful === undefined ? lateAt - this.#options.ports.now() : undefined
    this.#line.expect(lateMs, Math.ceil(resendMs(terms) / 2))
  }

  /** Frames are checked one after the other, so that their order is kept. */
  #hear(text: string): void {
    const { ports, keys } = this.#options
    this.#frames = this.#frames.then(async () => {
      try {
        const frame = await readFrame(text, this.grant, ports, keys)
        if (frame.ok) this.#take(frame.value)
        else this.#tell({ type: 'ignored', code: frame.code })
      } catch {
        this.#tell({ type: 'ignored', code: 'PROVIDER_UNKNOWN' })
      }
    })
  }

  #take(frame: Inbound): void {
    switch (frame.kind) {
      case 'statement': {
        const { statement, text, hash } = frame
        if (this.#options.onStatement?.(statement, statement.owed - this.paid) === false) {
          this.#feed({ type: 'stop' })
          break
        }
        this.#feed({ type: 'statement', statement, text, hash, meter: this.#options.meter.read() })
        break
      }
      case 'ack':
        this.#tell({ type: 'confirmed', round: frame.ack.round, accessMs: frame.ack.accessUntil - this.grant.at })
        this.#feed({ type: 'ack', ack: frame.ack })
        break
      case 'error':
        this.#tell({ type: 'refused', code: frame.code, message: frame.message })
        this.#feed({ type: 'refused', code: frame.code })
        break
      case 'close':
        this.#feed({ type: 'time', meter: this.#options.meter.read() })
        this.#feed({ type: 'close', reason: frame.close.reason })
        break
    }
  }

  #feed(event: ClientEvent): void {
    const before = this.#state
    const { state, effects } = stepClient(before, event, this.#options.ports.now())
    this.#state = state
    for (const effect of effects) this.#do(effect)
    const moved = (['promised', 'doubtful', 'phase'] as const).some(part => state[part] !== before[part])
    if (moved) this.#expectNext()
    this.#arm()
  }

  #do(effect: ClientEffect): void {
    switch (effect.type) {
      case 'send':
        this.#line.send(effect.kind, effect.text)
        break
      case 'paid':
      case 'evidence':
        this.#tell(effect)
        break
      case 'finished':
        this.#line.close()
        this.#tell({ type: 'ended', summary: effect.summary })
        this.#finish(effect.summary)
        break
    }
  }

  #arm(): void {
    this.#cancelTimer()
    const deadline = nextClientDeadline(this.#state)
    if (deadline === undefined) return
    const { ports, meter } = this.#options
    const delay = Math.max(0, deadline - ports.now())
    this.#cancelTimer = ports.setTimer(delay, () => this.#feed({ type: 'time', meter: meter.read() }))
  }

  #tell(event: SessionEvent): void {
    this.#options.onEvent?.(event)
  }
}
