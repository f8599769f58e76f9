import { Socket } from 'node:net'
import { type KeyBook, type NodeApi, type Offer, openSession, type Session, type Wallet } from '@conet/client'
import { type ClientPorts, nodePorts } from '@conet/client/ports'
import { ConetError } from '@conet/core/errors'
import type { ClientSummary, SessionId } from '@conet/core/rounds'
import type { AccessTerms } from '@conet/core/services/access'
import type { Amount, Bytes, Did, Millis } from '@conet/core/units'
import { type Dial, DialError, dialThroughProxy } from '@conet/gateway/proxy'
import type { SessionView } from '../events/index.js'
import type { ProviderService } from '../provider/contract.js'
import { RELAY_CODES, type RelayCode } from './codes.js'
import { checkMargin } from './margin.js'
import { TunnelMeter } from './meter.js'
import { viewUpstream } from './view.js'

export interface RelayOptions {
  readonly lid: string
  /** The relay's own key: it is the client of the nested session. */
  readonly wallet: Wallet
  /** The upstream provider's node. */
  readonly api: NodeApi
  readonly keys: KeyBook
  /** Id of the upstream offer; default: the first access offer of that node. */
  readonly offer?: string | undefined
  /** Terms that clients of this relay get; the margin is checked against each. */
  readonly downstream: () => readonly AccessTerms[]
  /** The owner wants to relay even at a loss (a favour, a start-up phase). */
  readonly allowLoss?: boolean
  /** Open the nested session at the start, and keep it without clients. Default: with the first client. */
  readonly eager?: boolean
  /** The nested session ends after this long without clients and flows; default 30 s. */
  readonly idleMs?: Millis
  readonly ports?: ClientPorts
  readonly onEvent?: (event: RelayEvent) => void
}

export type RelayEvent =
  | { readonly type: 'up'; readonly sid: SessionId; readonly provider: Did }
  | { readonly type: 'down'; readonly sid: SessionId; readonly reason: string }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  /** The relay runs at a loss because the owner allowed it. */
  | { readonly type: 'loss'; readonly code: RelayCode }
  | { readonly type: 'paid'; readonly sid: SessionId; readonly owed: Amount; readonly added: Amount }

/** The relay's books since the start. Amounts by asset. */
export interface RelayTotals {
  /** Promised to upstream providers. */
  readonly paidUpstream: Readonly<Record<string, Amount>>
  /** Promised by clients. */
  readonly earnedDownstream: Readonly<Record<string, Amount>>
  readonly bytesUp: Bytes
  readonly bytesDown: Bytes
  /** Nested sessions opened so far. */
  readonly sessions: number
}

const IDLE_MS: Millis = 30_000
const FIRST_RETRY_MS: Millis = 250
const LAST_RETRY_MS: Millis = 5_000

/** A nested session with its own count. */
interface Nested {
  readonly session: Session
  readonly meter: TunnelMeter
}

/** Serves clients through another provider (D11): a client upstream, an uplink downstream. */
export class Relay {
  readonly #options: RelayOptions
  readonly #ports: ClientPorts
  readonly #live = new Set<Nested>()
  readonly #paid = new Map<string, Amount>()
  #bytesUp: Bytes = 0n
  #bytesDown: Bytes = 0n
  #opened = 0
  #provider: Pick<ProviderService, 'onEvent' | 'totals'> | undefined
  #stopWatching: () => void = () => undefined
  #current: Nested | undefined
  #opening: Promise<Nested> | undefined
  #clients = 0
  #failures = 0
  #running = false
  #cancelIdle: () => void = () => undefined
  #cancelRetry: () => void = () => undefined
  #hops = 1

  constructor(options: RelayOptions) {
    this.#options = options
    this.#ports = options.ports ?? nodePorts
  }

  /** Relays between this node and the uplink, this one included. */
  readonly hops = (): number => this.#hops

  /** Opens a flow through the upstream; opens the nested session first if there is none. */
  readonly dial: Dial = async (target, request) => {
    const nested = await this.#need()
    try {
      const socket = await dialThroughProxy(nested.session.grant.access)(target, request)
      if (socket instanceof Socket) nested.meter.add(socket)
      return socket
    } catch (error) {
      // The upstream no longer knows the session: the next flow gets a new one.
      const dead = error instanceof DialError && error.code === 'UPLINK_DOWN'
      if (dead && this.#current === nested) this.#lost(nested)
      throw error
    } finally {
      this.#watchIdle()
    }
  }

  /**
   * Checks that the prices cover the cost, then watches the clients.
   *
   * @throws ConetError `RELAY_LOSS`, `RELAY_ASSET`, `UPSTREAM_NO_OFFER`, and what the upstream node answers
   */
  async start(provider?: Pick<ProviderService, 'onEvent' | 'totals'>): Promise<void> {
    const offer = await this.#offer()
    this.#checkMargin(offer)
    this.#running = true
    if (provider !== undefined) this.attach(provider)
    if (this.#options.eager === true) await this.#need()
  }

  /** Watches the clients of this node: the nested session lives as long as one of theirs. */
  attach(provider: Pick<ProviderService, 'onEvent' | 'totals'>): void {
    this.#provider = provider
    this.#stopWatching()
    this.#stopWatching = provider.onEvent(event => {
      if (event.type === 'granted') {
        this.#clients++
        this.#cancelIdle()
        this.#keepUp()
      } else if (event.type === 'cut') {
        this.#clients--
        this.#watchIdle()
      }
    })
  }

  /** Pays what is left upstream and closes. */
  async stop(): Promise<RelayTotals> {
    this.#running = false
    this.#stopWatching()
    this.#cancelIdle()
    this.#cancelRetry()
    await this.#opening?.catch(() => undefined)
    await this.#current?.session.stop()
    return this.totals()
  }

  /** Nested sessions that are open now, as the console shows them: here this node is the client. */
  readonly sessions = (): readonly SessionView[] => [...this.#live].map(({ session }) => viewUpstream(session))

  totals(): RelayTotals {
    const paid = new Map(this.#paid)
    let [bytesUp, bytesDown] = [this.#bytesUp, this.#bytesDown]
    for (const nested of this.#live) {
      addPaid(paid, nested.session)
      const count = nested.meter.read()
      bytesUp += count.bytesUp
      bytesDown += count.bytesDown
    }
    const earnedDownstream = this.#provider?.totals().promised ?? {}
    const paidUpstream = Object.fromEntries(paid)
    return { paidUpstream, earnedDownstream, bytesUp, bytesDown, sessions: this.#opened }
  }

  #need(): Promise<Nested> {
    if (this.#current !== undefined) return Promise.resolve(this.#current)
    if (!this.#running) return Promise.reject(new DialError('UPLINK_DOWN'))
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #open(): Promise<Nested> {
    try {
      const offer = await this.#offer()
      this.#checkMargin(offer)
      const nested = await this.#ask(offer)
      this.#failures = 0
      this.#current = nested
      this.#live.add(nested)
      this.#opened++
      const { sid } = nested.session.grant
      this.#tell({ type: 'up', sid, provider: offer.provider })
      void nested.session.done.then(summary => this.#ended(nested, summary))
      return nested
    } catch (error) {
      const { code, message } = error instanceof ConetError ? error : { code: 'FAULT', message: String(error) }
      this.#tell({ type: 'failed', code, message })
      this.#retryLater()
      throw new DialError('UPLINK_DOWN', { code }, error)
    }
  }

  async #ask(offer: Offer): Promise<Nested> {
    const { lid, wallet, api, keys } = this.#options
    await keys.prepare(offer.provider)
    const meter = new TunnelMeter()
    let sid = ''
    const session = await openSession({
      ...{ ports: this.#ports, wallet, api, keys, lid, offer, meter },
      onEvent: event => {
        if (event.type === 'paid') this.#tell({ type: 'paid', sid, owed: event.owed, added: event.added })
      },
    })
    sid = session.grant.sid
    return { session, meter }
  }

  async #offer(): Promise<Offer> {
    const { api, offer } = this.#options
    const found = offer === undefined ? await this.#firstOffer() : await api.offer(offer)
    this.#hops = found.hops + 1
    return found
  }

  async #firstOffer(): Promise<Offer> {
    const { api } = this.#options
    const { did } = await api.node()
    const page = await api.offers({ type: 'access', provider: did })
    const [first] = page.items
    if (first !== undefined) return first
    throw new ConetError('UPSTREAM_NO_OFFER', `${api.base} offers no access now: choose another upstream.`, {
      verdict: 'retry',
      data: { node: api.base },
    })
  }

  #checkMargin(offer: Offer): void {
    for (const terms of this.#options.downstream()) {
      const margin = checkMargin(offer.terms, terms)
      if (margin.ok) continue
      if (this.#options.allowLoss === true) {
        this.#tell({ type: 'loss', code: margin.code })
        continue
      }
      const message =
        'Relaying would cost more than it earns: raise the prices of the offers, or name a cheaper upstream.'
      throw new ConetError(margin.code, message, { verdict: RELAY_CODES[margin.code], data: margin.data })
    }
  }

  #ended(nested: Nested, summary: ClientSummary): void {
    nested.meter.closeAll()
    const count = nested.meter.read()
    this.#live.delete(nested)
    this.#bytesUp += count.bytesUp
    this.#bytesDown += count.bytesDown
    addPaid(this.#paid, nested.session)
    this.#tell({ type: 'down', sid: nested.session.grant.sid, reason: summary.reason })
    if (this.#current === nested) this.#current = undefined
    if (this.#clients > 0) this.#keepUp()
  }

  /** The upstream refuses our credentials: end the session properly, if anybody is there, and open another. */
  #lost(nested: Nested): void {
    this.#current = undefined
    void nested.session.stop()
    if (this.#clients > 0) this.#keepUp()
  }

  /** Opens ahead of the first flow; a failure is told and tried again. */
  #keepUp(): void {
    if (this.#running) this.#need().catch(() => undefined)
  }

  #retryLater(): void {
    if (!this.#running || this.#clients === 0) return
    this.#cancelRetry()
    const delay = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures)
    this.#failures++
    this.#cancelRetry = this.#ports.setTimer(delay, () => {
      if (this.#clients > 0) this.#keepUp()
    })
  }

  #watchIdle(): void {
    if (this.#options.eager === true || this.#clients > 0) return
    this.#cancelIdle()
    this.#cancelIdle = this.#ports.setTimer(this.#options.idleMs ?? IDLE_MS, () => {
      const nested = this.#current
      if (this.#clients > 0 || nested === undefined) return
      if (nested.meter.openFlows > 0) return this.#watchIdle()
      this.#current = undefined
      void nested.session.stop()
    })
  }

  #tell(event: RelayEvent): void {
    this.#options.onEvent?.(event)
  }
}

function addPaid(sums: Map<string, Amount>, session: Session): void {
  const { asset } = session.grant.terms.tariff
  sums.set(asset, (sums.get(asset) ?? 0n) + session.paid)
}
