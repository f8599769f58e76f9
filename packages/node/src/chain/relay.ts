import type { AddressInfo, Server, Socket } from 'node:net'
import { ASK_ROUTES, askRoutes, dial, type Neighbour } from '@conet/client/chain'
import { admitCarriage, type CarriageState, type RelayLimits, type Route } from '@conet/core/carry'
import { ConetError, reject } from '@conet/core/errors'
import type { Amount, Bytes, Did, Millis } from '@conet/core/units'
import { Accounts } from './account.js'
import { Carriage } from './carriage.js'
import { type ListenAt, listenForLegs, refuse, say } from './line.js'
import { Pace } from './pace.js'
import { type CarryRequest, type RequestPorts, RequestReader } from './request.js'

const DIAL_MS: Millis = 1_500
const ROUTES_EVERY_MS: Millis = 1_000
const LIMITS_EVERY_MS: Millis = 1_000
/** What a neighbour still reads: a path beyond it would spoil the whole answer. */
const MOST_ROUTES = 16
const MOST_PATH = 7
const MOST_OWNERS = 256
const MOST_RTT_MS: Millis = 600_000

export type CarryEvent =
  | { readonly type: 'carrying'; readonly channel: string; readonly terminal: Did; readonly hops: number }
  | { readonly type: 'refused'; readonly code: string }
  | {
      readonly type: 'paid'
      readonly channel: string
      readonly amount: Amount
      readonly asset: string
      readonly voucher: string
    }
  | {
      readonly type: 'ended'
      readonly channel: string
      readonly carried: Bytes
      readonly earned: Amount
      readonly code: string
    }

export interface RelayOptions extends RequestPorts {
  readonly listen: ListenAt
  readonly lid: string
  /** `did:key` of the relay; `payee` is who its part is paid to, the same unless said. */
  readonly did: Did
  readonly payee?: Did
  /** Its part of each payment, in basis points: 0..10,000. */
  readonly shareBps: number
  readonly limits: RelayLimits
  /** Where the relay may pass legs on: other relays and exits. */
  readonly next: readonly Neighbour[]
  /** Battery, clock of the day and what was carried before this start. */
  readonly state: () => Omit<CarriageState, 'channels'>
  /**
   * Every carried byte, for the day's count; `addresses`: this machine's, where it came in and where it went out, so that
   * own traffic can be told from carried by interface.
   */
  readonly onCarried: (bytes: number, addresses: readonly string[]) => void
  /** Bytes per second that are left to others now; see `carriageAllowance`. */
  readonly allowance: () => number
  readonly monotonic: () => Millis
  /** A leg without any byte for this long has lost its other end. Default 60,000. */
  readonly silentMs?: Millis
  readonly onEvent?: (event: CarryEvent) => void
}

export interface RelayHandle {
  readonly port: number
  /** Channels carried now. */
  readonly channels: number
  stop(): Promise<void>
}

/**
 * Starts passing sealed legs on, within the owner's limits.
 *
 * @throws ConetError `CARRY_PORT`
 * @see docs/spec/carry.md
 */
export async function startRelay(options: RelayOptions): Promise<RelayHandle> {
  const relay = new Relay(options)
  await relay.start()
  return relay
}

class Relay implements RelayHandle {
  readonly #options: RelayOptions
  readonly #requests: RequestReader
  readonly #carriages = new Set<Carriage>()
  readonly #sockets = new Set<Socket>()
  readonly #pace: Pace
  readonly #accounts: Accounts
  #server: Server | undefined
  #port = 0
  #routes: readonly Route[] = []
  /** Whom the sessions at each exit pay; an exit that is out of reach for a while is still known. */
  readonly #owners = new Map<Did, Did>()
  #timers: NodeJS.Timeout[] = []
  /** Legs whose next hop is being dialled: they count like those that run. */
  #coming = 0
  #finding = false
  #stopped = false

  constructor(options: RelayOptions) {
    this.#options = options
    this.#requests = new RequestReader(options)
    this.#accounts = new Accounts(options.limits)
    this.#pace = new Pace(options.allowance, options.monotonic)
  }

  get port(): number {
    return this.#port
  }

  get channels(): number {
    return this.#carriages.size
  }

  async start(): Promise<void> {
    this.#server = await listenForLegs(this.#options.listen, (socket, line) => void this.#leg(socket, line))
    this.#port = (this.#server.address() as AddressInfo).port
    await this.#findRoutes()
    this.#timers = [
      setInterval(() => void this.#findRoutes(), ROUTES_EVERY_MS),
      setInterval(() => this.#keepLimits(), LIMITS_EVERY_MS),
    ]
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) clearInterval(timer)
    const closed = new Promise<void>(resolve => this.#server?.close(() => resolve()))
    for (const carriage of this.#carriages) carriage.end('CHANNEL_CLOSED')
    for (const socket of this.#sockets) socket.destroy()
    this.#pace.stop()
    await closed
  }

  async #leg(socket: Socket, line: string): Promise<void> {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    if (line === ASK_ROUTES) return this.#tellRoutes(socket)
    const request = this.#requests.read(line)
    if (!request.ok) return this.#refuse(socket, request.code, request.data)
    const place = this.#placeOn(request.value)
    if (typeof place === 'string') return this.#refuse(socket, place)
    const admitted = this.#admit(request.value)
    if (!admitted.ok) return this.#refuse(socket, admitted.code, admitted.data)
    this.#coming++
    try {
      const onward = await dial(place, DIAL_MS)
      // Who came may be gone by now, and so may the relay.
      if (socket.destroyed || this.#stopped) return void onward.destroy()
      onward.write(`${line}\n`)
      this.#carry(request.value, socket, onward)
    } catch (error) {
      this.#refuse(socket, error instanceof ConetError ? error.code : 'CARRY_NEXT_DOWN')
    } finally {
      this.#coming--
    }
  }

  /** The next hop, which must be one the owner named: a relay is no way into its owner's network. */
  #placeOn({ payload }: CarryRequest): Neighbour | string {
    const { did, lid, next } = this.#options
    const at = payload.path.findIndex(hop => hop.did === did)
    const onward = payload.path[at + 1]
    if (payload.lid !== lid || at === -1 || onward === undefined) return 'CARRY_NOT_MINE'
    return next.find(({ host, port }) => host === onward.host && port === onward.port) ?? 'CARRY_NOT_MINE'
  }

  #admit({ terminal, payload }: CarryRequest) {
    const { limits, state, shareBps } = this.#options
    if (shareBps > 0 && this.#accounts.owes(terminal)) return reject('CARRY_UNPAID')
    const channels = this.#carriages.size + this.#coming
    return admitCarriage(limits, { ...state(), channels }, terminal, payload.path.length - 1)
  }

  #carry(request: CarryRequest, near: Socket, far: Socket): void {
    const { onCarried, onEvent } = this.#options
    const { channel, path } = request.payload
    this.#sockets.add(far)
    far.once('close', () => this.#sockets.delete(far))
    const carriage = new Carriage({
      ...this.#options,
      ...{ request, near, far, pace: this.#pace, onCarried },
      account: this.#accounts.of(request.terminal),
      payee: this.#options.payee ?? this.#options.did,
      provider: this.#owners.get(path.at(-1)?.did ?? ''),
      onPaid: paid => onEvent?.({ type: 'paid', channel, ...paid }),
      onEnd: (code, { carried, earned }) => {
        this.#carriages.delete(carriage)
        onEvent?.({ type: 'ended', channel, carried, earned, code })
      },
    })
    this.#carriages.add(carriage)
    onEvent?.({ type: 'carrying', channel, terminal: request.terminal, hops: path.length })
    carriage.start()
  }

  /** A limit that is reached ends what runs, too: the terminal goes over to another path. */
  #keepLimits(): void {
    const { limits, state } = this.#options
    for (const carriage of this.#carriages) {
      const still = admitCarriage(limits, { ...state(), channels: 0 }, carriage.terminal, 0)
      if (!still.ok) carriage.end(still.code)
    }
  }

  #refuse(socket: Socket, code: string, data: object = {}): void {
    this.#options.onEvent?.({ type: 'refused', code })
    refuse(socket, code, data)
  }

  #tellRoutes(socket: Socket): void {
    const { lid, did, limits } = this.#options
    say(socket, { lid, did, maxRelays: limits.maxRelays, routes: this.#routes })
  }

  /** Ways of the next hops, less those that would come back here. */
  async #findRoutes(): Promise<void> {
    // A neighbour that answers late must not bring back what is older.
    if (this.#finding) return
    this.#finding = true
    const { did, next, limits } = this.#options
    const found = await Promise.all(next.map(hop => this.#routesOver(hop)))
    this.#finding = false
    this.#routes = found
      .flat()
      .filter(({ path }) => path.every(hop => hop.did !== did) && path.length <= limits.maxRelays)
      .slice(0, MOST_ROUTES)
    this.#rememberOwners()
  }

  #rememberOwners(): void {
    for (const { path, provider } of this.#routes) this.#owners.set(path.at(-1)?.did ?? '', provider)
    for (const exit of this.#owners.keys()) {
      if (this.#owners.size <= MOST_OWNERS) return
      this.#owners.delete(exit)
    }
  }

  async #routesOver(hop: Neighbour): Promise<readonly Route[]> {
    const { lid, did, payee, shareBps, monotonic } = this.#options
    const share = shareBps === 0 ? [] : [{ to: payee ?? did, bps: shareBps }]
    const asked = monotonic()
    const answer = await askRoutes(hop, DIAL_MS).catch(() => undefined)
    const rttMs = Math.round(monotonic() - asked)
    if (answer?.lid !== lid) return []
    return answer.routes
      .map(route => ({
        path: [{ did: answer.did, ...hop }, ...route.path],
        rttMs: Math.min(route.rttMs + rttMs, MOST_RTT_MS),
        shares: [...share, ...route.shares],
        provider: route.provider,
        api: route.api,
      }))
      .filter(({ path, shares }) => path.length <= Math.min(answer.maxRelays, MOST_PATH) && shares.length <= MOST_PATH)
  }
}
