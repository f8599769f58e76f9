import { ConetError } from '@conet/core/errors'
import type { ClientSummary } from '@conet/core/rounds'
import type { Amount, Did, UnixMillis } from '@conet/core/units'
import type { Offer } from '../api/types.js'
import { NOTHING_MEASURED, observe, type Quality, type RankedOffer } from '../discovery/index.js'
import { nodePorts } from '../ports/node.js'
import type { ClientPorts } from '../ports/types.js'
import { type Flow, LocalProxy } from '../proxy/index.js'
import { KeyBook } from '../session/index.js'
import { Carrier } from './carrier.js'
import { candidates, complaint, DEFAULT_LIMITS, search, USUAL_USE } from './choose.js'
import { sumUp } from './summary.js'
import type { ConnectionEvent, ConnectionOptions, ConnectionSummary, SwitchLimits, SwitchReason } from './types.js'

/** Failures of one flow that another provider may mend. */
const PROVIDER_FAULTS: readonly string[] = ['GATEWAY_UNREACHABLE', 'GATEWAY_REFUSED', 'OFFLINE']
/** The node that lists offers does not answer. */
const AWAY: readonly string[] = ['NODE_UNREACHABLE', 'TIMEOUT']
/** So long the node is waited for where older offers are at hand. */
const LISTING_MS = 2_000
/** Providers whose keys are looked up ahead. */
const SPARES = 4
/** While nobody gives service, they are asked again this often. */
const RETRY_MS = 1_000
/** About three quarters of a second of trying to open the control line again. */
const DEAD_AFTER_FAILURES = 4

/**
 * Gets online and serves a local HTTP + SOCKS5 port.
 *
 * @returns once a provider granted service and the port is open
 * @throws ConetError `NO_OFFER`, `LISTEN_FAILED`, `NODE_UNREACHABLE`, and what the last provider answered
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const connection = new Connection(options)
  try {
    await connection.start()
    return connection
  } catch (error) {
    await connection.stop()
    throw error
  }
}

/** A device online: new flows go to the present provider, old ones stay where they began. */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #ports: ClientPorts
  readonly #limits: SwitchLimits
  readonly #keys: KeyBook
  readonly #proxy = new LocalProxy(target => this.#flow(target))
  readonly #carriers: Carrier[] = []
  readonly #qualities = new Map<Did, Quality>()
  readonly #resting = new Map<Did, UnixMillis>()
  readonly #draining = new Set<Promise<unknown>>()
  #listed: readonly Offer[] = []
  #lid = ''
  #address = { host: '', port: 0 }
  #current: Carrier | undefined
  #switching: Promise<Carrier> | undefined
  #stopped = false
  #spent = false
  #lookAgainAt: UnixMillis = 0

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#ports = options.ports ?? nodePorts
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.#keys = new KeyBook(options.api)
    for (const [provider, disputes] of options.disputes ?? []) {
      this.#qualities.set(provider, { ...NOTHING_MEASURED, disputes })
    }
  }

  /** Where the local port listens. */
  get address(): { readonly host: string; readonly port: number } {
    return this.#address
  }

  /** For `http_proxy` and `https_proxy`. */
  get httpProxy(): string {
    return `http://${authority(this.#address)}`
  }

  /** For `all_proxy`: names are resolved on the provider's side. */
  get socksProxy(): string {
    return `socks5h://${authority(this.#address)}`
  }

  /** The session that carries new flows. */
  get session(): Carrier['session'] | undefined {
    return this.#current?.session
  }

  async start(): Promise<void> {
    this.#lid = (await this.#options.api.node()).lid
    await this.#switch('first')
    this.#address = await this.#proxy.listen(this.#options.listen)
  }

  /** Closes the port, pays what is left, and sums up. */
  async stop(): Promise<ConnectionSummary> {
    this.#stopped = true
    await this.#proxy.close()
    await this.#switching?.catch(() => undefined)
    await Promise.all(this.#carriers.map(carrier => carrier.session.stop()))
    await Promise.all(this.#draining)
    const summary = sumUp(await Promise.all(this.#carriers.map(carrier => carrier.record())))
    return this.#spent ? { ...summary, endedBy: 'BUDGET_SPENT' } : summary
  }

  /**
   * The way to the provider has changed: new flows get a session that pays those who carry them now, flows under way end
   * in the session where they began.
   */
  rebook(): void {
    this.#leave('path')
  }

  /** One flow; if its provider fails it is opened once more through another. */
  async #flow(target: string): Promise<Flow> {
    const carrier = await this.#carrier()
    try {
      return await carrier.flow(target)
    } catch (error) {
      if (!(error instanceof ConetError) || !PROVIDER_FAULTS.includes(error.code)) throw error
      if (carrier === this.#current) this.#leave('unreachable')
      return (await this.#carrier()).flow(target)
    }
  }

  #carrier(): Promise<Carrier> {
    if (this.#current !== undefined) return Promise.resolve(this.#current)
    if (this.#stopped) return Promise.reject(this.#noService())
    return this.#inTime(this.#switching ?? this.#switch('ended'))
  }

  #inTime(coming: Promise<Carrier>): Promise<Carrier> {
    return new Promise((resolve, reject) => {
      const cancel = this.#ports.setTimer(this.#limits.waitMs, () => reject(this.#noService()))
      coming.then(resolve, reject).finally(cancel)
    })
  }

  /** New flows go elsewhere from now on; flows under way stay until they end. */
  #leave(reason: SwitchReason): void {
    const old = this.#current
    if (old === undefined || this.#stopped) return
    this.#current = undefined
    const { provider } = old.session.offer
    if (reason !== 'path') this.#resting.set(provider, this.#ports.now() + this.#limits.restMs)
    const drained = old.drain()
    this.#draining.add(drained)
    void drained.finally(() => this.#draining.delete(drained))
    this.#switch(reason).catch(() => undefined)
  }

  #switch(reason: SwitchReason): Promise<Carrier> {
    if (this.#switching !== undefined) return this.#switching
    const switching = this.#search(reason).finally(() => {
      this.#switching = undefined
    })
    this.#switching = switching
    return switching
  }

  /** The first time a failure is told at once; later it is tried until it works. */
  async #search(reason: SwitchReason): Promise<Carrier> {
    for (;;) {
      try {
        return await this.#tryAll(reason)
      } catch (error) {
        // That the budget is spent has been told already, and waiting does not mend it.
        if (this.#spent) throw budgetSpent()
        const { code, message } = error as ConetError
        this.#tell({ type: 'offline', code, message })
        if (reason === 'first' || this.#stopped) throw error
      }
      await new Promise<void>(resolve => void this.#ports.setTimer(RETRY_MS, resolve))
      if (this.#stopped) throw this.#noService()
    }
  }

  async #tryAll(reason: SwitchReason): Promise<Carrier> {
    this.#tell({ type: 'searching', reason })
    const ranked = await this.#candidates()
    let last: unknown
    for (const one of ranked) {
      if (this.#stopped) break
      try {
        const carrier = await this.#ask(one)
        this.#prepareFor(ranked)
        return carrier
      } catch (error) {
        // No refusal: the provider granted.
        if (this.#spent) throw error
        last = error
        const { code = 'FAULT', message } = error as ConetError
        this.#tell({ type: 'refused', offer: one.offer, code, message })
      }
    }
    throw last ?? this.#noService()
  }

  /** The keys of those that would be asked next are looked up while the node that is trusted for them answers. */
  #prepareFor(ranked: readonly RankedOffer[]): void {
    for (const { offer } of ranked.slice(0, SPARES)) void this.#keys.prepare(offer.provider)
  }

  async #ask({ offer, score, reasons }: RankedOffer): Promise<Carrier> {
    this.#tell({ type: 'asking', offer, score, reasons })
    await this.#keys.prepare(offer.provider)
    const mayPay = (_owed: Amount, added: Amount) => this.#mayPay(added)
    const options = { ...this.#options, mayPay, ports: this.#ports, keys: this.#keys, lid: this.#lid }
    const carrier = await Carrier.open(offer, options, {
      quality: quality => this.#judge(offer.provider, quality),
      lineDown: (source, failures) => this.#lineDown(source, failures),
    })
    this.#carriers.push(carrier)
    // Spent by a session that drains, while this one was asked for: it stays without flows and ends at once.
    if (this.#spent) {
      void carrier.session.stop()
      throw budgetSpent()
    }
    this.#current = carrier
    const { grant, requestedAt, grantedAt, done } = carrier.session
    this.#tell({ type: 'online', offer, sid: grant.sid, timeToGrantMs: grantedAt - requestedAt })
    void done.then(summary => this.#ended(carrier, summary))
    return carrier
  }

  /** A provider that is only slow is left for another, never for nobody. */
  #judge(provider: Did, quality: Quality): void {
    this.#qualities.set(provider, { ...quality, disputes: this.#qualityOf(provider).disputes })
    const why = complaint(quality, this.#limits)
    const now = this.#ports.now()
    if (why === undefined || now < this.#lookAgainAt || this.#options.offer !== undefined) return
    this.#lookAgainAt = now + this.#limits.restMs
    const elsewhere = (one: RankedOffer) =>
      one.offer.provider !== provider && (this.#resting.get(one.offer.provider) ?? 0) <= now
    this.#candidates().then(
      ranked => {
        if (ranked.some(elsewhere) && this.#current?.session.offer.provider === provider) this.#leave(why)
      },
      () => undefined,
    )
  }

  /** A line that stays down may be a weak device network or a dead provider: its API tells which. */
  #lineDown(carrier: Carrier, failures: number): void {
    if (failures !== DEAD_AFTER_FAILURES || this.#current !== carrier) return
    carrier.api.node().catch(() => {
      if (this.#current === carrier) this.#leave('unreachable')
    })
  }

  #qualityOf(provider: Did): Quality {
    return this.#qualities.get(provider) ?? NOTHING_MEASURED
  }

  #ended(carrier: Carrier, { dispute }: ClientSummary): void {
    const { provider } = carrier.session.offer
    // Whoever inflates a meter is not asked again by this connection.
    if (dispute !== undefined) {
      this.#resting.set(provider, Number.MAX_SAFE_INTEGER)
      this.#qualities.set(provider, observe(this.#qualityOf(provider), { disputed: true }))
    }
    if (this.#current !== carrier || this.#stopped) return
    this.#leave('ended')
  }

  /** The budget is one for all sessions: one that drains still promises while its successor does. */
  #mayPay(added: Amount): boolean {
    const { budget } = this.#options
    if (budget === undefined) return true
    const enough = this.#carriers.reduce((sum, carrier) => sum + carrier.session.paid, added) <= budget
    if (!enough) this.#exhausted()
    return enough
  }

  /**
   * At the first promise that is not made, not when its session has ended: what the gateway refuses in between would look
   * like a provider's failure, and another one would be asked for service that nobody pays.
   */
  #exhausted(): void {
    if (this.#spent) return
    this.#spent = true
    this.#stopped = true
    this.#current = undefined
    // Not from within the step of the session that asked.
    queueMicrotask(() => {
      for (const carrier of this.#carriers) void carrier.session.stop()
    })
    const { code, message } = budgetSpent()
    this.#tell({ type: 'offline', code, message })
  }

  /** Why there is no provider for a new flow. */
  #noService(): ConetError {
    return this.#spent ? budgetSpent() : offline()
  }

  async #candidates(): Promise<RankedOffer[]> {
    const context = { expected: USUAL_USE, ...this.#options.rank, quality: this.#qualities }
    return candidates(await this.#offers(), context, this.#resting, this.#ports.now())
  }

  /** What the node lists now; while it does not answer, what it listed last: the provider that died is often that node. */
  async #offers(): Promise<readonly Offer[]> {
    const before = this.#listed
    const asked = search(this.#options.api, this.#options).then(offers => {
      this.#listed = offers
      return offers
    })
    if (before.length === 0) return asked
    let cancel = () => {}
    const silent = new Promise<readonly Offer[]>(resolve => {
      cancel = this.#ports.setTimer(LISTING_MS, () => resolve(before))
    })
    const away = (error: unknown) => {
      if (error instanceof ConetError && AWAY.includes(error.code)) return before
      throw error
    }
    return Promise.race([asked.catch(away), silent]).finally(cancel)
  }

  #tell(event: ConnectionEvent): void {
    this.#options.onEvent?.(event)
  }
}

function offline(): ConetError {
  return new ConetError('OFFLINE', 'No provider gives service at the moment: try again.', { verdict: 'retry' })
}

function budgetSpent(): ConetError {
  return new ConetError(
    'BUDGET_SPENT',
    'The budget is spent: nothing more is bought. Connect with a larger one to go on.',
  )
}

/** `host:port` as a URL wants it: an IPv6 address stands in brackets (RFC 3986 section 3.2.2). */
function authority({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
