import { ok, type Result, reject } from '@conet/core/errors'
import type { ProviderCode } from '../../provider/codes.js'
import type {
  ProviderEvent,
  ProviderService,
  ProviderTotals,
  RoundsChannel,
  SessionView,
} from '../../provider/contract.js'

/** A provider that grants the text `good` and echoes frames in capitals. */
export class MemoryProvider implements ProviderService {
  readonly sessions = new Map<string, SessionView>()
  readonly requests: { text: string; remoteAddress: string }[] = []
  readonly closedLines: string[] = []
  readonly #listeners = new Set<(event: ProviderEvent) => void>()

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  addSession(sid: string, over: Partial<SessionView> = {}): void {
    const base: SessionView = {
      sid,
      client: 'did:key:c',
      offer: 'o1',
      offerVersion: 1,
      asset: 'credit',
      phase: 'trial',
      openedAt: 1,
      closedAt: undefined,
      reason: undefined,
      round: 0,
      roundsPaid: 0,
      bytesUp: 2n ** 60n,
      bytesDown: 0n,
      owed: 0n,
      promised: 0n,
      settled: 0n,
      paidUntil: 0,
      accessUntil: 2_001,
      remoteAddress: '127.0.0.1',
    }
    this.sessions.set(sid, { ...base, ...over })
  }

  emit(event: ProviderEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  async request(
    text: string,
    from: { remoteAddress: string },
  ): Promise<Result<{ grant: string; sid: string }, ProviderCode>> {
    this.requests.push({ text, ...from })
    if (text === 'good') return ok({ grant: 'granted', sid: 'a'.repeat(32) })
    return reject(text === 'again' ? 'TRIALS_USED_UP' : 'ENVELOPE_MALFORMED', { why: 'no envelope' })
  }

  attach(sid: string, channel: RoundsChannel): Result<true, ProviderCode> {
    channel.listen({ heard: text => channel.send(text.toUpperCase()), gone: () => this.closedLines.push(sid) })
    return ok(true)
  }

  async voucher(sid: string): Promise<Result<{ round: number; paidUntil: number; accessUntil: number }, ProviderCode>> {
    return this.sessions.has(sid)
      ? ok({ round: 1, paidUntil: 10, accessUntil: 12 })
      : reject('SESSION_UNKNOWN', { sid })
  }

  statement(sid: string): Result<{ statement: string | undefined }, ProviderCode> {
    return this.sessions.has(sid) ? ok({ statement: undefined }) : reject('SESSION_UNKNOWN', { sid })
  }

  async close(): Promise<Result<{ close: string }, ProviderCode>> {
    return ok({ close: 'closed' })
  }

  async end(): Promise<void> {}

  recheck(): void {}

  closedOnLedger(): void {}
  spentOnLedger(): void {}

  list() {
    return { items: [...this.sessions.values()], next: undefined }
  }

  get(sid: string): SessionView | undefined {
    return this.sessions.get(sid)
  }

  totals(): ProviderTotals {
    const counts = { grants: 0, refusals: 0, statements: 0, vouchers: 0, lateVouchers: 0, cuts: 0, disputes: 0 }
    return { ...counts, liveSessions: this.sessions.size, promised: {}, settled: {}, exposure: 0n }
  }

  onEvent(listener: (event: ProviderEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
