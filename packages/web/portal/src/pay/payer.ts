import type { Offer } from '@conet/client/api'
import { type Granted, KeyBook, requestGrant, Session, type SessionEvent } from '@conet/client/session'
import type { Wallet } from '@conet/client/wallet'
import type { ClientState, StatementPayload } from '@conet/core/rounds'
import { api, ports } from './api.js'
import { Budget, type Limits } from './budget.js'
import { TakenCount } from './meter.js'
import { keepSession, savedSession, spentStore } from './saved.js'
import { type EndTurn, takeTurn } from './turn.js'
import { IDLE, type PayView, problemFrom } from './view.js'

/** Lines that broke one after the other before the page says that the gateway is silent: about a second. */
const SILENT_AFTER = 4

interface Order {
  readonly lid: string
  readonly offer: Offer
  readonly wallet: Wallet
  readonly limits: Limits
}

/**
 * The session of this page: asks, pays each round within the user's limits, stops. Keys and promises never leave the page but as
 * signed messages. React reads it as an external store.
 */
export class Payer {
  #view: PayView = IDLE
  #session: Session | undefined
  #endTurn: EndTurn = () => {}
  /** Why the page itself stopped the session. */
  #why: string | undefined
  readonly #listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  readonly view = (): PayView => this.#view

  /** Gets online. What goes wrong stands in `view().problem`. */
  async start(order: Order): Promise<void> {
    if (['asking', 'online', 'stopping'].includes(this.#view.phase)) return
    this.#show({ ...IDLE, phase: 'asking' })
    try {
      if (!(await this.#takeTurn())) return
      const keys = new KeyBook(api)
      this.#run(order, await requestGrant({ ...order, ports, api, keys }), keys)
    } catch (error) {
      this.#endTurn()
      this.#show({ ...IDLE, problem: problemFrom(error) })
    }
  }

  /** Goes on with the session of this tab, if there is one of this wallet. */
  async resume(wallet: Wallet): Promise<void> {
    const saved = savedSession()
    if (saved === undefined || saved.client !== wallet.did || this.#view.phase !== 'idle') return
    this.#show({ ...IDLE, phase: 'asking' })
    if (!(await this.#takeTurn())) return
    this.#run({ ...saved, wallet }, saved.granted, new KeyBook(api), saved.resume)
  }

  /** Stops cleanly: what was used is paid, then both sides say goodbye. */
  stop(): void {
    this.#stop('CLIENT_DONE')
  }

  /** Back to the choice of an offer. */
  dismiss(): void {
    if (this.#view.phase === 'ended') this.#show(IDLE)
  }

  async #takeTurn(): Promise<boolean> {
    const turn = await takeTurn()
    if (turn !== undefined) {
      this.#endTurn = turn
      return true
    }
    const message = 'Another tab of this browser is paying already. Use that one, or close it and try again.'
    this.#show({ ...IDLE, problem: { code: 'OTHER_TAB', message } })
    return false
  }

  #run(order: Order, granted: Granted, keys: KeyBook, resume?: Pick<ClientState, 'promised' | 'paidRounds'>): void {
    const { lid, offer, wallet, limits } = order
    const budget = new Budget(limits, spentStore(wallet.did), ports.now)
    const meter = new TakenCount()
    if (resume?.promised !== undefined) meter.take(resume.promised.statement)
    const onStatement = (statement: StatementPayload, added: bigint) => {
      if (!budget.mayPay(added)) return this.#refuse(added > limits.perRound)
      meter.take(statement)
      return true
    }
    const { grant, requestedAt } = granted
    this.#why = undefined
    const shown = { offer, limits, access: grant.access, startedAt: requestedAt, lastHour: budget.lastHour }
    this.#show({ ...IDLE, ...shown, phase: 'online', accessUntil: requestedAt + grant.terms.trialMs })
    const session = new Session(
      {
        ...{ lid, offer, wallet, ports, api, keys, meter, onStatement },
        ...(resume && { resume }),
        onEvent: event => this.#hear(event, budget, () => keep(session.state)),
      },
      granted,
    )
    const keep = ({ promised, paidRounds }: ClientState) =>
      keepSession({ ...{ client: wallet.did, lid, offer, granted, limits }, resume: { promised, paidRounds } })
    this.#session = session
    keep(session.state)
    this.#showPromise(session.state)
  }

  #refuse(roundTooDear: boolean): false {
    this.#why = roundTooDear ? 'ROUND_TOO_DEAR' : 'BUDGET_USED'
    this.#show({ ...this.#view, phase: 'stopping' })
    return false
  }

  #stop(why: string): void {
    if (this.#session === undefined || this.#view.phase !== 'online') return
    this.#why = why
    this.#show({ ...this.#view, phase: 'stopping' })
    void this.#session.stop()
  }

  #hear(event: SessionEvent, budget: Budget, keep: () => void): void {
    if (event.type === 'paid') {
      budget.book(event.added)
      keep()
      this.#show({ ...this.#view, lastHour: budget.lastHour })
      if (this.#session !== undefined) this.#showPromise(this.#session.state)
      // Not from within the step of the machine that just promised.
      if (budget.used) queueMicrotask(() => this.#stop('BUDGET_USED'))
    }
    if (event.type === 'confirmed') {
      this.#show({ ...this.#view, accessUntil: this.#view.startedAt + event.accessMs, problem: undefined })
    }
    if (event.type === 'line') this.#show({ ...this.#view, reachable: event.failures < SILENT_AFTER })
    if (event.type === 'refused') this.#show({ ...this.#view, problem: event })
    if (event.type === 'ended') {
      const { reason, dispute, paid, rounds } = event.summary
      this.#ended({ reason: this.#why ?? dispute ?? reason, paid, rounds })
    }
  }

  #showPromise({ promised, paidRounds }: ClientState): void {
    if (promised === undefined) return
    const { bytesUp, bytesDown, owed } = promised.statement
    this.#show({ ...this.#view, paid: owed, rounds: paidRounds, bytes: bytesUp + bytesDown })
  }

  #ended(ending: NonNullable<PayView['ending']>): void {
    this.#session = undefined
    keepSession(undefined)
    this.#endTurn()
    this.#show({ ...this.#view, phase: 'ended', problem: undefined, ending })
  }

  #show(view: PayView): void {
    this.#view = view
    for (const listener of this.#listeners) listener()
  }
}
