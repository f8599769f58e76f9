import { type Route, rankRoutes } from '@conet/core/carry'
import { ConetError } from '@conet/core/errors'
import { agreementKey, agreeWithHolder, decodeDidKey, type KeySigner } from '@conet/core/identity'
import type { AccessPoint } from '@conet/core/rounds'
import type { Did, Millis, UnixMillis } from '@conet/core/units'
import { encodeBase64url, signEnvelope } from '@conet/core/wire'
import { hexOf } from '../wallet/wallet.js'
import { Lasting } from './lasting.js'
import { askRoutes, type Neighbour, openLeg } from './leg.js'
import { Probe } from './probe.js'
import { SealedLine } from './sealed.js'

/** A carry request is used at once. */
const REQUEST_LIFE_SECONDS = 60
/** Times the wait for a leg: the seal's handshake goes to the exit and back twice, perhaps over a second path. */
const HANDSHAKES = 5

export interface ChainLimits {
  /** Between two probes while something is under way. Default 80: three misses and the change stay below 0.5 s. */
  readonly probeMs: Millis
  /** Between two probes otherwise. Default 1,000. */
  readonly idleProbeMs: Millis
  /** Probes without any answer until a path counts as dead. Default 3. */
  readonly misses: number
  /** A leg must stand within this. Default 2,000 at first. */
  readonly attachMs: Millis
  /** Without any path for this long the channel ends. Default 30,000. */
  readonly pathlessMs: Millis
  /** Relays on one path at most. Default 3. */
  readonly maxRelays: number
}

export const CHAIN_LIMITS: ChainLimits = {
  probeMs: 80,
  idleProbeMs: 1_000,
  misses: 3,
  attachMs: 2_000,
  pathlessMs: 30_000,
  maxRelays: 3,
}

export type ChainEvent =
  /** A path is in use; `gapMs` from the last sign of life of the one before. */
  | { readonly type: 'path'; readonly route: Route; readonly gapMs: Millis }
  | { readonly type: 'path-dead'; readonly route: Route }
  | { readonly type: 'path-refused'; readonly route: Route; readonly code: string }
  | { readonly type: 'closed'; readonly code: string }
  /** An attempt to open a new channel failed; see `StandingChain`. */
  | { readonly type: 'no-path'; readonly code: string }

export interface ChainOptions {
  readonly lid: string
  /** The terminal's key. */
  readonly signer: KeySigner
  readonly neighbours: readonly Neighbour[]
  /** `did:key` of the exit's node; without it the exit of the best path. */
  readonly exit?: Did | undefined
  readonly random: (bytes: number) => Uint8Array
  readonly now: () => UnixMillis
  /** Milliseconds that never go back. */
  readonly monotonic: () => Millis
  readonly limits?: Partial<ChainLimits>
  readonly onEvent?: (event: ChainEvent) => void
}

/**
 * A terminal's sealed way to an exit over relays. Programs reach the exit's API and gateway through ports on this
 * machine; relays see who pays them and how much they carry, nothing else. When a relay dies the channel goes on over
 * another path and the flows inside it only pause.
 *
 * @see docs/spec/carry.md
 */
export class Chain {
  readonly exit: Did
  /** Authority of the exit's API, as its offers name it. */
  readonly api: string
  readonly #options: ChainOptions
  readonly #limits: ChainLimits
  readonly #channel: string
  readonly #key: string
  readonly #lasting: Lasting
  readonly #line: SealedLine
  readonly #probe: Probe
  readonly #failed = new Set<Did>()
  #route: Route
  #routes: readonly Route[]
  #legs = 0
  #changing = false
  #opened = false
  #closed = false

  private constructor(options: ChainOptions, route: Route, routes: readonly Route[]) {
    this.#routes = routes
    this.#options = options
    this.#limits = { ...CHAIN_LIMITS, ...options.limits }
    this.#route = route
    this.exit = exitOf(route)
    this.api = new URL(route.api).host
    this.#channel = hexOf(options.random(16))
    const secret = options.random(32)
    this.#key = encodeBase64url(agreementKey(secret))
    const holder = decodeDidKey(this.exit)
    if (!holder.ok) throw new ConetError('CARRY_MALFORMED', `${this.exit} is no key of an exit.`)
    const psk = agreeWithHolder(secret, holder.value, sealContext(options.lid, this.#channel))
    this.#lasting = new Lasting(options.monotonic)
    this.#line = new SealedLine(this.#lasting, { identity: this.#channel, psk }, options.monotonic)
    this.#probe = new Probe(this.#lasting, {
      limits: this.#limits,
      now: options.monotonic,
      busy: () => this.#line.openFlows > 0,
      onDead: () => void this.#change(),
    })
    this.#lasting.on('legless', () => void this.#change())
    this.#lasting.on('close', () => this.#end('CHANNEL_CLOSED'))
    this.#lasting.on('error', () => {})
  }

  /**
   * Finds the best path and opens the channel.
   *
   * @throws ConetError `NO_PATH` if no neighbour leads to an exit, else the code of the node that refused the last path
   */
  static async open(options: ChainOptions): Promise<Chain> {
    const { maxRelays, attachMs } = { ...CHAIN_LIMITS, ...options.limits }
    const routes = rankRoutes(await knownRoutes(options, attachMs), { exit: options.exit, maxRelays })
    let refused: unknown
    for (const route of routes) {
      const chain = new Chain(options, route, routes)
      try {
        await chain.#open(attachMs)
        return chain
      } catch (error) {
        refused = error
        chain.close()
      }
    }
    if (refused !== undefined) throw refused
    throw new ConetError('NO_PATH', 'No relay within reach leads to an exit: ask the owners, or wait.', {
      verdict: 'retry',
      data: { neighbours: options.neighbours.length },
    })
  }

  /** The path in use. */
  get route(): Route {
    return this.#route
  }

  /** A port of this machine that leads to `authority` at the exit: its API, or an access point that it granted. */
  reach(authority: string): Promise<Neighbour> {
    return this.#line.reach(authority)
  }

  /** The same access point, entered here. */
  async reachAccess(access: AccessPoint): Promise<AccessPoint> {
    const host = access.host.includes(':') ? `[${access.host}]` : access.host
    return { ...access, ...(await this.reach(`${host}:${access.port}`)) }
  }

  /** Shows a voucher to the relays: it is what pays them. */
  note(text: string): void {
    this.#lasting.send({ type: 'note', text })
  }

  /** Ends every flow and the channel. */
  close(): void {
    this.#closed = true
    this.#probe.stop()
    this.#line.close()
    this.#lasting.destroy()
  }

  async #open(attachMs: Millis): Promise<void> {
    await this.#attach(this.#route, attachMs)
    // From here on a path that falls silent is left, also in the middle of the handshake.
    this.#probe.start()
    await this.#line.open(HANDSHAKES * attachMs)
    this.#opened = true
    this.#options.onEvent?.({ type: 'path', route: this.#route, gapMs: 0 })
  }

  async #attach(route: Route, waitMs: Millis): Promise<void> {
    const { lid, signer, now, random } = this.#options
    const first = route.path[0]
    if (first === undefined) throw new ConetError('NO_PATH', 'A path needs an exit.')
    const text = signEnvelope(
      'conet-carry+jwt',
      {
        lid,
        channel: this.#channel,
        key: this.#key,
        path: route.path,
        leg: ++this.#legs,
        received: String(this.#lasting.received),
        exp: Math.floor(now() / 1_000) + REQUEST_LIFE_SECONDS,
        nonce: encodeBase64url(random(16)),
      },
      signer,
    )
    const heardAt = this.#lasting.heardAt
    const { socket, received } = await openLeg(first, text, waitMs)
    if (this.#closed) return void socket.destroy()
    if (!this.#lasting.canGoOn(received)) {
      socket.destroy()
      throw new ConetError('CHANNEL_CLOSED', 'The exit lacks bytes that were confirmed in its name.')
    }
    this.#lasting.attach(socket, received)
    this.#route = route
    const gapMs = Math.round(this.#lasting.heardAt - heardAt)
    if (this.#opened) this.#options.onEvent?.({ type: 'path', route, gapMs })
  }

  /** Goes over to the best other path; asks the neighbours again while there is none. */
  async #change(): Promise<void> {
    if (this.#changing || this.#closed) return
    this.#changing = true
    const dead = this.#route
    this.#options.onEvent?.({ type: 'path-dead', route: dead })
    for (const { did } of dead.path.slice(0, -1)) this.#failed.add(did)
    const started = this.#options.monotonic()
    let waitMs = Math.min(this.#limits.attachMs, 4 * this.#limits.probeMs)
    try {
      while (!this.#closed && this.#options.monotonic() - started < this.#limits.pathlessMs) {
        const outcome = await this.#tryAll(waitMs)
        if (outcome === 'attached') return
        if (outcome === 'gone') return this.#end('CHANNEL_CLOSED')
        this.#routes = await knownRoutes(this.#options, this.#limits.attachMs)
        this.#failed.clear()
        waitMs = this.#limits.attachMs
        await new Promise(resolve => setTimeout(resolve, this.#limits.probeMs))
      }
      if (!this.#closed) this.#end('NO_PATH')
    } finally {
      this.#changing = false
    }
  }

  /** `gone`: no path was taken, and on one of them the exit no longer knows the channel. */
  async #tryAll(waitMs: Millis): Promise<'attached' | 'gone' | 'none'> {
    const { maxRelays } = this.#limits
    let outcome: 'gone' | 'none' = 'none'
    for (const route of rankRoutes(this.#routes, { exit: this.exit, maxRelays, failed: this.#failed })) {
      if (this.#closed) return 'none'
      try {
        await this.#attach(route, waitMs)
        void this.#refresh()
        return 'attached'
      } catch (error) {
        const code = error instanceof ConetError ? error.code : 'CARRY_NEXT_DOWN'
        if (code === 'CHANNEL_CLOSED') outcome = 'gone'
        this.#options.onEvent?.({ type: 'path-refused', route, code })
      }
    }
    return outcome
  }

  /** After a change the list is made anew, and a relay that is back counts again. */
  async #refresh(): Promise<void> {
    const routes = await knownRoutes(this.#options, this.#limits.attachMs)
    if (routes.length > 0) this.#routes = routes
    this.#failed.clear()
  }

  #end(code: string): void {
    if (this.#closed) return
    this.close()
    if (this.#opened) this.#options.onEvent?.({ type: 'closed', code })
  }
}

/** What the seal's key is bound to. */
export function sealContext(lid: string, channel: string): string {
  return `conet-carry-1 ${lid} ${channel}`
}

function exitOf(route: Route): Did {
  const exit = route.path.at(-1)
  if (exit === undefined) throw new ConetError('NO_PATH', 'A path needs an exit.')
  return exit.did
}

/** All ways that the neighbours tell now; one that does not answer tells none. */
async function knownRoutes({ neighbours, lid }: ChainOptions, waitMs: Millis): Promise<readonly Route[]> {
  const answers = await Promise.all(
    neighbours.map(async neighbour => {
      const asked = performance.now()
      const answer = await askRoutes(neighbour, waitMs).catch(() => undefined)
      return { neighbour, answer, rttMs: Math.round(performance.now() - asked) }
    }),
  )
  return answers.flatMap(({ neighbour, answer, rttMs }) =>
    answer?.lid !== lid
      ? []
      : answer.routes
          .filter(route => route.path.length <= answer.maxRelays)
          .map(route => ({
            ...route,
            path: [{ did: answer.did, host: neighbour.host, port: neighbour.port }, ...route.path],
            rttMs: route.rttMs + rttMs,
          })),
  )
}
