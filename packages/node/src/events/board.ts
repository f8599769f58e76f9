import type { ProviderEvent, ProviderService, SessionView as ProviderSession } from '../provider/contract.js'
import type { EventHub } from './hub.js'
import { NO_ROUNDS, nextRounds, type Rounds } from './rounds.js'
import { type SessionView, viewSession } from './views.js'

/** Closed sessions whose rounds are still shown; older ones show their totals only. */
const CLOSED_KEPT = 500
/** Sessions in one meter event: what fits a screen, and one page of the provider's list. */
const METERED = 100

/** What the board asks of the provider and the node. */
export interface BoardPorts {
  readonly provider: Pick<ProviderService, 'get' | 'list' | 'onEvent'>
  readonly hub: EventHub
  offerName(id: string): string | null
}

/** The live picture of sessions with their last rounds, kept from the provider's events. */
export class SessionBoard {
  readonly #ports: BoardPorts
  readonly #rounds = new Map<string, Rounds>()
  readonly #closed: string[] = []
  readonly #metered = new Map<string, bigint>()
  readonly #stop: () => void

  constructor(ports: BoardPorts) {
    this.#ports = ports
    this.#stop = ports.provider.onEvent(event => this.#take(event))
  }

  /** A session of the provider with its rounds. */
  view(session: ProviderSession): SessionView {
    return viewSession(session, this.#rounds.get(session.sid)?.list ?? [], this.#ports.offerName(session.offer))
  }

  /** Publishes the counts of live sessions that changed; called once a second. */
  meter(nowMs: number): void {
    if (!this.#ports.hub.watched) return
    const live = this.#ports.provider.list({ state: 'live', limit: METERED }).items
    const changed = live.filter(session => this.#metered.get(session.sid) !== session.bytesUp + session.bytesDown)
    this.#metered.clear()
    for (const { sid, bytesUp, bytesDown } of live) this.#metered.set(sid, bytesUp + bytesDown)
    if (changed.length === 0) return
    const sessions = changed.map(({ sid, bytesUp, bytesDown }) => ({
      sid,
      bytesUp: `${bytesUp}`,
      bytesDown: `${bytesDown}`,
    }))
    this.#ports.hub.publish({ type: 'meter', data: { at: nowMs, sessions } })
  }

  stop(): void {
    this.#stop()
  }

  #take(event: ProviderEvent): void {
    if (!('sid' in event)) return
    const before = this.#rounds.get(event.sid) ?? NO_ROUNDS
    const after = nextRounds(before, event)
    if (after !== before) this.#rounds.set(event.sid, after)
    if (event.type === 'cut') this.#forgetOldest(event.sid)
    if (this.#ports.hub.watched) this.#publish(event, after !== before)
  }

  #publish(event: Extract<ProviderEvent, { sid: string }>, roundChanged: boolean): void {
    const session = this.#ports.provider.get(event.sid)
    if (session === undefined) return
    const view = this.view(session)
    const round = view.rounds.at(-1)
    if (roundChanged && round !== undefined) {
      const { sid, owed, paid, accessUntil } = view
      this.#ports.hub.publish({ type: 'round', data: { sid, round, owed, paid, accessUntil } })
    }
    if (['granted', 'cut', 'held', 'settled', 'disputed'].includes(event.type)) {
      this.#ports.hub.publish({ type: 'session', data: view })
    }
  }

  #forgetOldest(sid: string): void {
    this.#closed.push(sid)
    if (this.#closed.length <= CLOSED_KEPT) return
    const oldest = this.#closed.shift()
    if (oldest !== undefined) this.#rounds.delete(oldest)
  }
}
