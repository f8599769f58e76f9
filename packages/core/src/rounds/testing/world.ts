import type { AccessTerms } from '../../services/access/types.js'
import { createClient, nextClientDeadline, stepClient } from '../client.js'
import type { ClientEffect, ClientEvent, ClientState } from '../client-types.js'
import { createProvider, nextProviderDeadline, stepProvider } from '../provider.js'
import { mayPostpone } from '../provider-check.js'
import type { ProviderEffect, ProviderEvent, ProviderState, SettlePolicy } from '../provider-types.js'
import type { ClosePayload, Count, GrantPayload, Seal, StatementPayload, VoucherPayload } from '../types.js'
import { randomFrom, VirtualClock } from './clock.js'
import { VirtualGateway } from './gateway.js'

/** One run of two machines over a bad network; everything random comes from `seed`. */
export interface Scenario {
  readonly terms: AccessTerms
  readonly seed: number
  /** Shares of messages that are lost, and that arrive twice. */
  readonly loss: number
  readonly duplicate: number
  readonly delayMs: { readonly min: number; readonly max: number }
  readonly storeMs: number
  /** Share of vouchers whose storing fails. */
  readonly storeFails: number
  /** How far the provider's clock is ahead of the client's. */
  readonly clockOffsetMs: number
  /** Wanted bytes at moments of the session. */
  readonly traffic: readonly { readonly atMs: number; readonly up: number; readonly down: number }[]
  /** Bytes reach the client's meter this much after the provider's. */
  readonly lagMs: number
  /** The gateway is asked for its count this often: until then the provider sees the one before. */
  readonly countEveryMs?: number
  readonly stop: { readonly by: 'client' | 'provider'; readonly atMs: number }
  readonly settle: SettlePolicy
  /** The provider adds this share (basis points) and this many bytes to its meter. */
  readonly inflate?: { readonly bps: bigint; readonly bytes: bigint }
  /** The client never answers. */
  readonly mute?: boolean
  readonly budget?: bigint
  /** The provider checks signatures at latest every so many vouchers (RND-15). */
  readonly verifyEvery?: number
  /** Which of the client's vouchers carry a bad signature: by number of the round. */
  readonly forges?: (round: number) => boolean
}

type Message =
  | { kind: 'statement'; payload: StatementPayload }
  | { kind: 'voucher'; payload: VoucherPayload }
  | { kind: 'close'; payload: ClosePayload }

const EPOCH = 1_800_000_000_000
const NAMES = { lid: 'virtual', sid: '00'.repeat(16), client: 'did:key:client', provider: 'did:key:provider' }

/** Runs a scenario and records what the rules speak about; `observe` sees every state. */
export class World {
  readonly clock = new VirtualClock()
  readonly gateway: VirtualGateway
  readonly scenario: Scenario
  readonly grant: GrantPayload
  provider: ProviderState
  client: ClientState
  own: Count = { bytesUp: 0n, bytesDown: 0n }
  /** Vouchers on the provider's disk. */
  readonly disk: { round: number; owed: bigint; good: boolean }[] = []
  /** Signatures checked. */
  checks = 0
  readonly ledger = { paid: 0n, transfers: [] as bigint[] }
  readonly providerEffects: { at: number; effect: ProviderEffect; state: ProviderState }[] = []
  readonly clientEffects: { at: number; effect: ClientEffect; own: Count }[] = []
  readonly observe: (world: World) => void
  readonly #random: () => number
  #read: { readonly at: number; readonly count: Count } | undefined
  readonly #sealed = new Map<string, Message>()
  #providerTimer = -1
  #clientTimer = -1

  constructor(scenario: Scenario, observe: (world: World) => void = () => {}) {
    this.scenario = scenario
    this.observe = observe
    this.#random = randomFrom(scenario.seed)
    this.clock.now = EPOCH
    const at = this.providerNow
    this.grant = {
      ...NAMES,
      offer: 'o',
      offerVersion: 1,
      terms: scenario.terms,
      access: { host: '127.0.0.1', port: 1, protocols: ['http'], username: 'u', password: 'p' },
      control: '/rounds',
      at,
      accessUntil: at + scenario.terms.trialMs,
    }
    const seal = this.#seal
    this.provider = createProvider({
      grant: this.grant,
      credit: scenario.terms.maxUnpaid,
      settle: scenario.settle,
      seal,
      ...(scenario.verifyEvery === undefined
        ? {}
        : { defer: { every: scenario.verifyEvery, secret: scenario.seed, authentic: text => this.#authentic(text) } }),
    })
    const mayPay = (owed: bigint) => scenario.budget === undefined || owed <= scenario.budget
    this.client = createClient({ grant: this.grant, requestedAt: this.clock.now, seal, mayPay })
    this.gateway = new VirtualGateway(this.grant.accessUntil, this.provider.quota, type => {
      this.clock.after(0, () => this.toProvider({ type, meter: this.providerMeter }))
    })
  }

  get providerNow(): number {
    return this.clock.now + this.scenario.clockOffsetMs
  }

  /** What the provider says it counted. */
  get providerMeter(): Count {
    const { bps, bytes } = this.scenario.inflate ?? { bps: 0n, bytes: 0n }
    const { bytesUp, bytesDown } = this.#counted()
    return { bytesUp, bytesDown: bytesDown + (bytesDown * bps) / 10_000n + bytes }
  }

  /** Of a session that was cut the count is exact. */
  #counted(): Count {
    const { gateway, clock, scenario } = this
    if (this.#read === undefined || gateway.closed || clock.now - this.#read.at >= (scenario.countEveryMs ?? 0)) {
      this.#read = { at: clock.now, count: gateway.count }
    }
    return this.#read.count
  }

  /** Plays the session to `ms` after its start, well past every end. */
  run(ms = this.scenario.stop.atMs + 15_000): this {
    const { traffic, stop } = this.scenario
    for (const want of traffic) this.clock.at(EPOCH + want.atMs, () => this.#transfer(want))
    this.clock.at(EPOCH + stop.atMs, () => {
      if (stop.by === 'client') this.toClient({ type: 'stop' })
      else this.toProvider({ type: 'stop', reason: 'PROVIDER_DONE', meter: this.providerMeter })
    })
    this.#arm()
    this.clock.runUntil(EPOCH + ms)
    return this
  }

  toProvider(event: ProviderEvent): void {
    const { state, effects } = stepProvider(this.provider, event, this.providerNow)
    this.provider = state
    for (const effect of effects) this.#doProvider(effect)
    this.#arm()
    this.observe(this)
  }

  toClient(event: ClientEvent): void {
    const { state, effects } = stepClient(this.client, event, this.clock.now)
    this.client = state
    for (const effect of effects) this.#doClient(effect)
    this.#arm()
    this.observe(this)
  }

  #doProvider(effect: ProviderEffect): void {
    this.providerEffects.push({ at: this.providerNow, effect, state: this.provider })
    if (effect.type === 'send') this.#send(effect.text, 'client')
    if (effect.type === 'store') this.#store(effect)
    if (effect.type === 'extend') this.gateway.extend(effect.until, effect.quota)
    if (effect.type === 'ack') this.#deliver(() => this.toClient({ type: 'ack', ack: effect.ack }))
    if (effect.type === 'settle' && effect.owed > this.ledger.paid) {
      this.ledger.transfers.push(effect.owed - this.ledger.paid)
      this.ledger.paid = effect.owed
    }
    if (effect.type === 'cut') {
      this.gateway.closed = true
      this.clock.after(1, () => this.toProvider({ type: 'cut', meter: this.providerMeter }))
    }
  }

  #doClient(effect: ClientEffect): void {
    this.clientEffects.push({ at: this.clock.now, effect, own: this.own })
    if (effect.type === 'send' && this.scenario.mute !== true) this.#send(effect.text, 'provider')
  }

  #store({ hash, round, owed }: Extract<ProviderEffect, { type: 'store' }>): void {
    const fails = this.#random() < this.scenario.storeFails
    this.clock.after(Math.floor(this.#random() * this.scenario.storeMs), () => {
      if (!fails) this.disk.push({ round, owed, good: this.scenario.forges?.(round) !== true })
      this.toProvider({ type: fails ? 'store-failed' : 'stored', hash })
    })
  }

  #send(text: string, to: 'client' | 'provider'): void {
    this.#deliver(() => (to === 'client' ? this.#clientReads(text) : this.#providerReads(text)))
  }

  #deliver(run: () => void): void {
    const { loss, duplicate, delayMs } = this.scenario
    if (this.#random() < loss) return
    const copies = this.#random() < duplicate ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      this.clock.after(delayMs.min + Math.floor(this.#random() * (delayMs.max - delayMs.min)), run)
    }
  }

  #clientReads(text: string): void {
    const message = this.#sealed.get(text)
    if (message?.kind === 'statement') {
      const meter = { ...this.own, inFlight: 0n }
      this.toClient({ type: 'statement', statement: message.payload, text, hash: hashOf(text), meter })
    }
    if (message?.kind === 'close') this.toClient({ type: 'close', reason: message.payload.reason })
  }

  #providerReads(text: string): void {
    const message = this.#sealed.get(text)
    if (message?.kind === 'voucher') {
      this.#voucher(message.payload, text)
    }
    if (message?.kind === 'close') {
      this.toProvider({ type: 'close', reason: message.payload.reason, text, meter: this.providerMeter })
    }
  }

  /** Like a driver: what has to be checked now is checked before the machine hears of it. */
  #voucher(voucher: VoucherPayload, text: string): void {
    const checked = !mayPostpone(this.provider, voucher.owed, this.providerNow)
    if (!checked) this.toProvider({ type: 'voucher', voucher, text, hash: hashOf(text), checked })
    else if (this.#authentic(text)) this.toProvider({ type: 'voucher', voucher, text, hash: hashOf(text) })
    else this.toProvider({ type: 'suspect', meter: this.providerMeter })
  }

  #authentic(text: string): boolean {
    this.checks++
    const message = this.#sealed.get(text)
    return message?.kind === 'voucher' && this.scenario.forges?.(message.payload.round) !== true
  }

  #transfer(want: Scenario['traffic'][number]): void {
    const passed = this.gateway.pass(BigInt(want.up), BigInt(want.down), this.providerNow)
    this.clock.after(this.scenario.lagMs, () => {
      const { bytesUp, bytesDown } = this.own
      this.own = { bytesUp: bytesUp + passed.bytesUp, bytesDown: bytesDown + passed.bytesDown }
    })
    this.observe(this)
  }

  /** Timers like a driver's: one per machine, moved after every step. */
  #arm(): void {
    const provider = nextProviderDeadline(this.provider)
    if (provider !== undefined && provider !== this.#providerTimer) {
      this.#providerTimer = provider
      this.clock.at(Math.ceil(provider - this.scenario.clockOffsetMs), () => {
        if (this.#providerTimer !== provider) return
        this.#providerTimer = -1
        this.toProvider({ type: 'time', meter: this.providerMeter })
      })
    }
    const client = nextClientDeadline(this.client)
    if (client !== undefined && client !== this.#clientTimer) {
      this.#clientTimer = client
      this.clock.at(client, () => {
        if (this.#clientTimer !== client) return
        this.#clientTimer = -1
        this.toClient({ type: 'time', meter: { ...this.own, inFlight: 0n } })
      })
    }
  }

  /** A stand-in for signing: the text is the payload, the hash a 64-bit FNV of it. */
  readonly #seal: Seal = (kind, payload) => {
    const text = `${kind}:${JSON.stringify(payload, (_, member) => (typeof member === 'bigint' ? `${member}` : member))}`
    this.#sealed.set(text, { kind: kind.slice(6, -4), payload } as Message)
    return { text, hash: hashOf(text) }
  }
}

function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (let i = 0; i < text.length; i++) {
    hash = ((hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n) & 0xffffffffffffffffn
  }
  return hash.toString(16).padStart(64, '0')
}
