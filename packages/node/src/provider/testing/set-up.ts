import { createHash } from 'node:crypto'
import { ok } from '@conet/core/errors'
import { decodeDidKeyUrl, type KeySigner } from '@conet/core/identity'
import { signEnvelope } from '@conet/core/wire'
import { nodeSha256, nodeVerify } from '@conet/engines/crypto'
import { type KeyValueStore, MemoryStore } from '../../storage/index.js'
import type { ProviderEvent, ProviderService } from '../contract.js'
import { DEFAULT_RISK_LIMITS } from '../defaults.js'
import type { ProviderConfigPorts } from '../ports.js'
import { createProviderService } from '../service.js'
import { DEFAULT_SETTLE_POLICY } from '../settle/index.js'
import { FakeChannel, key, kindOf, LID, requestOf, TERMS, voucherFor } from './fake-client.js'
import { FakeClock, settled } from './fake-clock.js'
import { FakeGateway } from './fake-gateway.js'
import { FakeLedger } from './fake-ledger.js'

/** Key of a `did:key` URL. */
export function signerKey(kid: string): Uint8Array | undefined {
  const decoded = decodeDidKeyUrl(kid)
  return decoded.ok ? decoded.value : undefined
}

/** A provider on fakes: its clock moves only when the test says so. */
export class World {
  readonly clock = new FakeClock()
  readonly gateway = new FakeGateway(this.clock)
  readonly ledger: FakeLedger
  readonly store: KeyValueStore
  readonly owner = key(999_999)
  readonly events: ProviderEvent[] = []
  readonly service: ProviderService

  constructor(
    over: Partial<ProviderConfigPorts> = {},
    store: KeyValueStore = new MemoryStore(),
    ledger = new FakeLedger(),
  ) {
    this.store = store
    this.ledger = ledger
    this.service = createProviderService({
      lid: LID,
      provider: this.owner.did,
      signer: this.owner,
      verify: nodeVerify,
      sha256: nodeSha256,
      signerKey,
      clock: this.clock,
      ledger,
      gateway: this.gateway,
      offer: id => (id === 'offer-1' ? { id, version: 1, terms: TERMS, active: true } : undefined),
      admit: () => ok({}),
      store,
      limits: DEFAULT_RISK_LIMITS,
      settle: DEFAULT_SETTLE_POLICY,
      ...over,
    })
    this.service.onEvent(event => this.events.push(event))
  }

  /** A funded client with an open session; `undefined` in `sid` if it was refused. */
  async client(number: number, options: ClientOptions = {}): Promise<TestClient> {
    const signer = key(number)
    if (options.money !== undefined || !this.ledger.balances.has(signer.did)) {
      this.ledger.balances.set(signer.did, options.money ?? 10_000_000n)
    }
    const text = requestOf(signer, this.owner.did, this.clock.wall(), options.request)
    const outcome = await this.service.request(text, { remoteAddress: options.address ?? '192.0.2.1' })
    return new TestClient(this, signer, text, outcome)
  }

  /** Stops the service; its waiting needs the clock to move. */
  async stop(): Promise<void> {
    const stopped = this.service.stop(5_000)
    await this.clock.advance(15_000)
    await stopped
  }

  of<T extends ProviderEvent['type']>(type: T): Extract<ProviderEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<ProviderEvent, { type: T }> => event.type === type)
  }
}

export interface ClientOptions {
  readonly money?: bigint
  readonly address?: string
  readonly request?: Record<string, unknown>
}

type Outcome = Awaited<ReturnType<ProviderService['request']>>

/** A client whose honesty the test decides. */
export class TestClient {
  readonly channel = new FakeChannel()
  readonly sid: string
  readonly world: World
  readonly signer: KeySigner
  readonly request: string
  readonly outcome: Outcome

  constructor(world: World, signer: KeySigner, request: string, outcome: Outcome) {
    this.world = world
    this.signer = signer
    this.request = request
    this.outcome = outcome
    this.sid = outcome.ok ? outcome.value.sid : ''
  }

  /** Opens the line; with `pays`, answers every statement at once. */
  attach(pays = true, over: Record<string, unknown> = {}): this {
    if (pays) {
      this.channel.onReceive = text => {
        if (kindOf(text) === 'conet-statement+jwt') this.channel.say(this.voucher(text, over))
      }
    }
    this.world.service.attach(this.sid, this.channel)
    this.channel.say(this.request)
    return this
  }

  voucher(statement: string, over: Record<string, unknown> = {}): string {
    return voucherFor(this.signer, statement, hashOf(statement), over)
  }

  goodbye(reason = 'CLIENT_DONE'): string {
    const { world, sid, signer } = this
    const close = { lid: LID, sid, client: signer.did, provider: world.owner.did, reason, at: world.clock.now() }
    return signEnvelope('conet-close+jwt', close, signer)
  }

  leave(reason?: string): void {
    this.channel.say(this.goodbye(reason))
  }

  lastStatement(): string {
    const all = this.channel.received.filter(text => kindOf(text) === 'conet-statement+jwt')
    return all.at(-1) ?? ''
  }

  get view() {
    return this.world.service.get(this.sid)
  }
}

/** Hash of an envelope's signing input. */
export function hashOf(text: string): string {
  return createHash('sha256')
    .update(text.slice(0, text.lastIndexOf('.')))
    .digest('hex')
}

export { settled }
