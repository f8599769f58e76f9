import { ConetError } from '@conet/core/errors'
import type { Millis } from '@conet/core/units'
import type { NodeApi } from '../api/api.js'
import type { ClientPorts, Line } from '../ports/types.js'

/** The second: we read statements that were signed together (WIRE-11). */
const ROUNDS_PROTOCOLS = ['conet.rounds.2', 'conet.rounds.1']
/** Doubled after every failure, up to the longest. */
const FIRST_RETRY_MS: Millis = 50
const LONGEST_RETRY_MS: Millis = 1_000
/** While the first line is still being opened, the first statement is asked for this often. */
const ASK_AGAIN_MS: Millis = 50
/** Messages that reached nobody before the provider is given up. */
const UNREACHABLE_AFTER = 4

export interface ControlOptions {
  readonly ports: ClientPorts
  readonly api: NodeApi
  readonly sid: string
  /** Path of the grant. */
  readonly path: string
  /** First frame of every line: proves who we are. */
  readonly hello: string
  /** From now until the provider's first statement leaves. */
  readonly firstStatementMs: Millis
  onText(text: string): void
  /** The line is there (again). */
  onUp(): void
  /** The line is gone; it is tried again until `close`. `failures` in a row. */
  onDown(failures: number): void
  /** Neither a line nor HTTP reaches the provider, several times in a row. */
  onUnreachable(): void
}

/**
 * The control line of one session: a WebSocket that is opened again whenever it breaks. While it is down, messages go
 * by HTTP, so that paying never waits for a line.
 */
export class ControlLine {
  readonly #options: ControlOptions
  #line: Line | undefined
  #up = false
  #closed = false
  #failures = 0
  #cancelRetry: () => void = () => {}
  readonly #cancelAsking: () => void
  #unreachable = 0
  /** Counts what was opened: a line that was given up has no say any more. */
  #opened = 0
  /** Counts what the line said. */
  #said = 0
  #cancelExpected: () => void = () => {}
  readonly #posting = new Set<string>()

  constructor(options: ControlOptions) {
    this.#options = options
    this.#connect()
    this.#cancelAsking = options.ports.setTimer(options.firstStatementMs, () => void this.#ask())
  }

  get up(): boolean {
    return this.#up
  }

  /** Sends a voucher or a close, by whichever way is open. */
  send(kind: 'voucher' | 'close', text: string): void {
    if (this.#up) {
      this.#line?.send(text)
      return
    }
    void this.#post(kind, text)
  }

  close(): void {
    this.#closed = true
    this.#cancelRetry()
    this.#cancelAsking()
    this.#cancelExpected()
    this.#line?.close()
  }

  /**
   * Tells when the next statement is late, in place of what was told before: it is asked for then, and a line that did not bring it is
   * opened again. Where the device's address has changed, or a router on the way has forgotten the line, nobody says so (RND-3).
   *
   * @param lateMs - from now; `undefined` if none is expected
   * @param againMs - until it is asked for again, doubled each time: questions that take a dead connection of the pool stay unanswered
   */
  expect(lateMs: Millis | undefined, againMs: Millis): void {
    this.#cancelExpected()
    if (lateMs === undefined || this.#closed) return
    this.#cancelExpected = this.#options.ports.setTimer(Math.max(0, lateMs), () => {
      this.expect(againMs, 2 * againMs)
      if (this.#up) void this.#askAside(this.#said)
    })
  }

  #connect(): void {
    const { ports, api, path, hello } = this.#options
    const url = new URL(path, `${api.base}/`)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    this.#opened++
    const own = this.#opened
    this.#line = ports.openLine(url.href, ROUNDS_PROTOCOLS, {
      onOpen: () => {
        if (this.#closed || own !== this.#opened) return
        this.#up = true
        this.#failures = 0
        this.#line?.send(hello)
        this.#options.onUp()
      },
      onText: text => {
        if (own !== this.#opened) return
        this.#said++
        this.#heard(text)
      },
      onClose: () => {
        if (own === this.#opened) this.#lost()
      },
    })
  }

  #heard(text: string): void {
    if (!this.#closed) this.#options.onText(text)
  }

  #lost(): void {
    this.#up = false
    if (this.#closed) return
    this.#failures++
    this.#options.onDown(this.#failures)
    void this.#poll()
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#failures - 1))
    this.#cancelRetry = this.#options.ports.setTimer(delay, () => this.#connect())
  }

  /** A repeated message waits for no second answer. A failure is no news: the machine sends again what nobody answered. */
  async #post(kind: 'voucher' | 'close', text: string): Promise<void> {
    const { api, sid } = this.#options
    if (this.#posting.has(text)) return
    this.#posting.add(text)
    try {
      const answer = await (kind === 'voucher' ? api.postVoucher(sid, text) : api.postClose(sid, text))
      this.#unreachable = 0
      this.#heard(typeof answer.close === 'string' && answer.close !== '' ? answer.close : JSON.stringify(answer))
    } catch (error) {
      this.#failed(error)
    } finally {
      this.#posting.delete(text)
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof ConetError)) return
    this.#unreachable = error.code === 'NODE_UNREACHABLE' ? this.#unreachable + 1 : 0
    if (this.#unreachable === UNREACHABLE_AFTER && !this.#up && !this.#closed) this.#options.onUnreachable()
    this.#heard(JSON.stringify({ error: { code: error.code, message: error.message } }))
  }

  /**
   * A line takes two round trips to open and another half to say who we are: with the voucher, longer than a satellite has until the end
   * of its trial. HTTP is open already, and asks while the line is not (RND-3).
   */
  async #ask(): Promise<void> {
    while (!this.#up && !this.#closed && this.#failures === 0) {
      if (await this.#poll()) return
      await new Promise<void>(resolve => void this.#options.ports.setTimer(ASK_AGAIN_MS, resolve))
    }
  }

  /** What the line should have brought, by HTTP; if there is such a thing, the line is no good. */
  async #askAside(said: number): Promise<void> {
    const { api, sid, onDown } = this.#options
    const { statement } = await api.statement(sid).catch(() => ({ statement: undefined }))
    if (typeof statement !== 'string' || this.#closed || !this.#up || this.#said !== said) return
    this.#up = false
    this.#line?.close()
    onDown(this.#failures)
    this.#connect()
    this.#heard(statement)
  }

  /** @returns whether there was a statement */
  async #poll(): Promise<boolean> {
    const { api, sid } = this.#options
    const { statement } = await api.statement(sid).catch(() => ({ statement: undefined }))
    if (typeof statement !== 'string' || this.#up) return false
    this.#heard(statement)
    return true
  }
}
