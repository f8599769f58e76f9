import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import {
  type Count,
  createProvider,
  nextProviderDeadline,
  type ProviderEffect,
  type ProviderEvent,
  type ProviderState,
  parseClose,
  parseRequest,
  parseVoucher,
  sessionIdOf,
  stepProvider,
} from '@conet/core/rounds'
import { type AccessTerms, encodeTerms } from '@conet/core/services/access'
import { decodeEnvelope } from '@conet/core/wire'
import { type WebSocket, WebSocketServer } from 'ws'
import type { OfferView } from '../api/types.js'
import { nodePorts } from '../ports/node.js'
import { type Wallet, walletFromSeed } from '../wallet/wallet.js'
import { FakeGateway } from './fake-gateway.js'

export const LID = 'test'

/** Short rounds, with a margin of half a second so that a busy machine is not cut. */
export const QUICK: AccessTerms = {
  tariff: { asset: 'credit', perGiB: 1_000_000n, perHour: 3_600_000n },
  trialMs: 1_000,
  restMs: 200,
  toleranceBps: 500,
  toleranceBytes: 65_536n,
  maxUnpaid: 5_000n,
  maxUnpaidCap: 50_000n,
  shares: [],
}

export interface FakeOptions {
  readonly terms?: AccessTerms
  /** What the provider adds to its meter. */
  readonly inflate?: bigint
  /** Offers its directory lists besides its own. */
  readonly others?: () => readonly OfferView[]
  /** Change a grant after it was made, before it is signed. */
  readonly tamper?: (grant: object) => object
  readonly seedByte?: number
  readonly quality?: OfferView['quality']
  readonly clockOffsetMs?: number
  /** No WebSocket: clients must use HTTP. */
  readonly noLine?: boolean
  /** A WebSocket stays half open: the way is too long for it. */
  readonly slowLine?: boolean
}

/** A provider for tests: the real machine behind a small node API, with a gateway of its own. One session at a time. */
export class FakeProvider {
  readonly wallet: Wallet
  readonly effects: ProviderEffect[] = []
  state: ProviderState | undefined
  base = ''
  readonly #options: FakeOptions
  readonly #gateway = new FakeGateway(type => this.#feed({ type, meter: this.#meter }))
  readonly #server: Server = createServer((request, response) => void this.#serve(request, response))
  readonly #sockets = new WebSocketServer({ noServer: true })
  #access: Awaited<ReturnType<FakeGateway['listen']>> | undefined
  readonly #halfOpen: Duplex[] = []
  #line: WebSocket | undefined
  #timer: NodeJS.Timeout | undefined
  #plain: object = {}

  private constructor(options: FakeOptions) {
    this.#options = options
    this.wallet = walletFromSeed(new Uint8Array(32).fill(options.seedByte ?? 7), nodePorts)
    this.#server.on('upgrade', (request, socket, head) => {
      if (options.noLine === true) return void socket.destroy()
      if (options.slowLine === true) return void this.#halfOpen.push(socket)
      this.#sockets.handleUpgrade(request, socket, head, line => this.#attach(line))
    })
  }

  static async start(options: FakeOptions = {}): Promise<FakeProvider> {
    const provider = new FakeProvider(options)
    provider.#access = await provider.#gateway.listen()
    await new Promise<void>(resolve => provider.#server.listen(0, '127.0.0.1', resolve))
    const address = provider.#server.address()
    provider.base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
    return provider
  }

  get offer(): OfferView {
    return {
      id: `offer-${this.#options.seedByte ?? 7}`,
      version: 1,
      provider: this.wallet.did,
      providerName: 'fake',
      networkType: 'campus',
      type: 'access',
      name: 'fake access',
      terms: encodeTerms(this.#options.terms ?? QUICK),
      node: this.base,
      area: null,
      slice: null,
      dataNetworks: [],
      hops: 0,
      quality: this.#options.quality ?? { sessions: 0 },
      expiresAt: 8_000_000_000_000,
    }
  }

  /** Cumulative amount that was brought to the ledger. */
  get settled(): bigint {
    return this.effects.reduce((most, effect) => (effect.type === 'settle' ? effect.owed : most), 0n)
  }

  get count(): Count {
    return this.#gateway.count
  }

  /** Breaks the control line, not the session. */
  dropLine(): void {
    this.#line?.terminate()
  }

  /** Everything of this provider is gone at once. */
  async die(): Promise<void> {
    clearTimeout(this.#timer)
    this.state = undefined
    for (const line of this.#sockets.clients) line.terminate()
    for (const socket of this.#halfOpen) socket.destroy()
    this.#server.closeAllConnections()
    await Promise.all([this.#gateway.close(), new Promise<void>(resolve => this.#server.close(() => resolve()))])
  }

  get #now(): number {
    return Date.now() + (this.#options.clockOffsetMs ?? 0)
  }

  get #meter(): Count {
    const { bytesUp, bytesDown } = this.#gateway.count
    return { bytesUp, bytesDown: bytesDown + (this.#options.inflate ?? 0n) }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>)
    const [status, answer] = this.#answer(request.url ?? '', body)
    if (body.close !== undefined) await this.#ended()
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify(body.close === undefined ? answer : { close: this.state?.closeText ?? '' }))
  }

  async #ended(): Promise<void> {
    while (this.state !== undefined && this.state.phase !== 'ended')
      await new Promise(resolve => setTimeout(resolve, 5))
  }

  #answer(url: string, body: Record<string, string>): [number, object] {
    if (url === '/v1/node') return [200, { lid: LID, did: this.wallet.did, time: this.#now }]
    if (url.startsWith('/v1/offers?'))
      return [200, { items: [this.offer, ...(this.#options.others?.() ?? [])], next: null }]
    if (url.startsWith('/v1/offers/')) return [200, this.offer]
    if (url === '/v1/sessions') return this.#open(body.request ?? '')
    if (url.endsWith('/statement')) return [200, { statement: this.state?.open.at(-1)?.text ?? null }]
    this.#plain = {}
    this.#take(body.voucher ?? body.close ?? '')
    return [200, this.#plain]
  }

  #open(text: string): [number, object] {
    const envelope = decodeEnvelope(text, { sha256: nodePorts.sha256 })
    const request = parseRequest(envelope.ok ? envelope.value.payload : undefined)
    if (!envelope.ok || !request.ok || this.#access === undefined) return [400, { error: { code: 'ENVELOPE_INVALID' } }]
    if (Math.abs(request.value.iat - this.#now) > 30_000) {
      return [400, { error: { code: 'NOT_YET_VALID', message: 'clock', data: { now: this.#now } } }]
    }
    const terms = this.#options.terms ?? QUICK
    const at = this.#now
    const sid = sessionIdOf(envelope.value.hash)
    const grant = {
      ...{ lid: LID, sid, offer: request.value.offer, offerVersion: 1, provider: this.wallet.did, terms, at },
      client: envelope.value.header.kid.split('#')[0] ?? '',
      access: this.#access,
      control: `/v1/sessions/${sid}/rounds`,
      accessUntil: at + terms.trialMs,
    }
    this.state = createProvider({
      grant,
      credit: terms.maxUnpaid,
      settle: { everyRound: true },
      seal: this.wallet.seal,
    })
    this.#gateway.count = { bytesUp: 0n, bytesDown: 0n }
    this.#gateway.extend(Date.now() + terms.trialMs, this.state.quota)
    this.#arm()
    const signed = this.#options.tamper?.(grant) ?? grant
    return [201, { grant: this.wallet.seal('conet-grant+jwt', signed).text }]
  }

  #attach(line: WebSocket): void {
    this.#line = line
    line.on('error', () => {})
    line.on('message', data => this.#take(data.toString()))
  }

  #take(text: string): void {
    const envelope = decodeEnvelope(text, { sha256: nodePorts.sha256 })
    if (!envelope.ok) return
    const { header, payload, hash } = envelope.value
    if (header.typ === 'conet-request+jwt') this.#feed({ type: 'attached' })
    const voucher = parseVoucher(payload)
    if (voucher.ok) this.#feed({ type: 'voucher', voucher: voucher.value, text, hash })
    const close = parseClose(payload)
    if (close.ok) this.#feed({ type: 'close', reason: close.value.reason, text, meter: this.#meter })
  }

  #feed(event: ProviderEvent): void {
    if (this.state === undefined) return
    const { state, effects } = stepProvider(this.state, event, this.#now)
    this.state = state
    for (const effect of effects) this.#do(effect)
    this.#arm()
  }

  #do(effect: ProviderEffect): void {
    this.effects.push(effect)
    if (effect.type === 'send') this.#line?.send(effect.text)
    if (effect.type === 'store') this.#feed({ type: 'stored', hash: effect.hash })
    if (effect.type === 'extend') this.#gateway.extend(effect.until - (this.#now - Date.now()), effect.quota)
    if (effect.type === 'cut') {
      this.#gateway.cut()
      this.#feed({ type: 'cut', meter: this.#meter })
    }
    if (effect.type === 'ack') this.#say({ ack: effect.ack })
    if (effect.type === 'refuse') this.#say({ error: { code: effect.code, message: effect.code } })
  }

  #say(frame: object): void {
    this.#plain = frame
    this.#line?.send(JSON.stringify(frame))
  }

  #arm(): void {
    clearTimeout(this.#timer)
    const deadline = this.state === undefined ? undefined : nextProviderDeadline(this.state)
    if (deadline === undefined || deadline === Infinity) return
    this.#timer = setTimeout(() => this.#feed({ type: 'time', meter: this.#meter }), Math.max(0, deadline - this.#now))
  }
}
