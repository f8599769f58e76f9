import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Did } from '@conet/core/units'
import { type Engine, nodeSha256, nodeVerify } from '@conet/engines'
import type { Gateway } from '@conet/gateway'
import type { ClientOf, Leases } from '@conet/gateway/portal'
import { createEgress, type Dial, type Egress } from '@conet/gateway/proxy'
import { type Api, type ApiContext, startApi } from './api/index.js'
import { type Config, type Environment, unknownVariables } from './config/index.js'
import { EventHub, SessionBoard } from './events/index.js'
import { readOrCreateAdminToken, readOrCreateKeyFile, type Seeds, withPassphrase } from './keys/index.js'
import { createLogger, type Logger } from './log/index.js'
import { createMetrics } from './metrics/index.js'
import { Announcer, type Owner, ownerOf, ownTerms, Transfers } from './owner/index.js'
import type { PolicyStore } from './policy/index.js'
import {
  createProviderService,
  DEFAULT_RISK_LIMITS,
  DEFAULT_SETTLE_POLICY,
  engineLedger,
  type ProviderConfigPorts,
  type ProviderService,
  systemClock,
} from './provider/index.js'
import { Follower, type ReadModel } from './readmodel/index.js'
import type { Relay } from './relay/index.js'
import { type KeyValueStore, openStore, storageError } from './storage/index.js'
import {
  clientMoves,
  type HealthSources,
  healthOf,
  ledgerResolver,
  ledgerSignerKey,
  liveBlocks,
  localUrl,
  openExit,
  openGatewayOf,
  openLedger,
  openPolicy,
  openPortal,
  openRadius,
  openReadModel,
  openRelay,
  policyAdmission,
  portalNames,
  type RadiusAccess,
  rememberAccess,
  withLeases,
} from './wiring/index.js'

/** Of the packages; shown by the API. */
export const VERSION = '0.1.0'
/** Offers are looked after this often: renewed at half of their life, which is one minute at least. */
const SYNC_MS = 20_000
const METER_MS = 1_000
/** Withdrawing offers must not keep a node from stopping when the ledger is away. */
const WITHDRAW_MS = 3_000

/** What a node is given from outside; all optional. */
export interface NodePorts {
  readonly env?: Environment
  /** A running engine to share with others of this process; whoever opened it stops it. */
  readonly engine?: Engine
  readonly log?: Logger
  /** Folder of the console's built pages. */
  readonly consoleDir?: string
  /** Folder of the portal's built page. */
  readonly portalDir?: string
  /** Who is behind an address of the guests' link; default the address alone. */
  readonly clientOf?: ClientOf
  /** How outbound flows leave; default directly, or through `gateway.upstream` if the configuration names one. */
  readonly dial?: Dial
  /** Relays between this node and the uplink; default 0. */
  readonly hops?: () => number
  /** Parts of the provider's set-up that differ from the defaults. */
  readonly provider?: Partial<Pick<ProviderConfigPorts, 'limits' | 'settle' | 'bindAddress'>>
  readonly now?: () => number
  /** Adds process metrics to `/metrics`: for one node per process. */
  readonly processMetrics?: boolean
}

/** A running node. */
export interface Node {
  /** Base URL of the API, as this machine reaches it. */
  readonly url: string
  /** Where guests find the portal; `undefined` without one. */
  readonly portalUrl: string | undefined
  /** Where relays come in; `undefined` without an exit. */
  readonly exitPort: number | undefined
  readonly did: Did
  readonly adminToken: string
  readonly engine: Engine
  readonly provider: ProviderService
  readonly readModel: ReadModel
  readonly policy: PolicyStore
  /** Ids of the offers that are up, by their keys in the configuration. */
  offers(): ReadonlyMap<string, string>
  /** Empties the read model and fills it again from genesis. */
  rebuildReadModel(): Promise<void>
  /** Withdraws offers, ends sessions, settles, then closes what it opened, in that order. */
  stop(): Promise<void>
}

/** Parts that exist before anything listens. */
interface Base {
  readonly config: Config
  readonly ports: NodePorts
  readonly log: Logger
  readonly now: () => number
  readonly adminToken: string
  readonly engine: Engine
  readonly seeds: Seeds
  readonly owner: Owner
  readonly policy: PolicyStore
  readonly readModel: ReadModel
  readonly store: KeyValueStore
  /** Undoes what was opened, newest first. */
  readonly undo: (() => Promise<unknown> | unknown)[]
}

function makeDataDir(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw storageError(path, cause)
  }
}

async function openBase(config: Config, ports: NodePorts, undo: Base['undo']): Promise<Base> {
  const { env = {}, now = Date.now } = ports
  const log = (ports.log ?? createLogger(config.log.level)).child({ node: config.name })
  const passphraseEnv = config.identity.passphraseEnv
  for (const name of unknownVariables(env, passphraseEnv === undefined ? [] : [passphraseEnv])) {
    log.warn({ variable: name }, 'this variable sets nothing; check its name')
  }
  makeDataDir(config.dataDir)
  const file = (path: string) => resolve(config.dataDir, path)
  const passphrase = passphraseEnv === undefined ? undefined : env[passphraseEnv]
  const seeds = withPassphrase(passphrase, given => readOrCreateKeyFile(file(config.identity.keyFile), given))
  const adminToken = readOrCreateAdminToken(file(config.api.adminTokenFile))
  const policy = openPolicy(config, log)
  // Also keeps a second process off the folder, before anything else is written.
  const store = openStore(config.dataDir, 'provider')
  undo.push(() => store.close())
  const engine = ports.engine ?? (await openLedger(config, { seeds, random: randomBytes, now, log, env }))
  if (ports.engine === undefined) undo.push(() => engine.stop())
  const { lid } = engine.genesis
  const readModel = await openReadModel(config, lid, log)
  undo.push(() => readModel.close())
  const owner = ownerOf(seeds, config.identity.method, lid)
  return { config, ports, log, now, adminToken, engine, seeds, owner, policy, readModel, store, undo }
}

async function openGateway({ config, log, undo }: Base, dial: Dial | undefined, announcer: () => Announcer) {
  const egress = createEgress({ allow: config.gateway.egressAllow })
  const opened = await openGatewayOf(config, { egress, dial, log, keyOf: id => announcer().keyOf(id) })
  undo.push(() => opened.gateway.stop())
  const { bindAddress, ...leased } = withLeases(config, opened.gateway)
  const { points: gateways, clientOf } = opened
  return { ...leased, egress, gateways, clientOf, bindAddress: bindAddress || opened.bindAddress }
}

function createProvider(
  base: Base,
  { gateway, bindAddress }: { readonly gateway: Gateway; readonly bindAddress: boolean },
  announcer: () => Announcer,
): ProviderService {
  const { engine, owner, policy, ports, readModel, store, undo } = base
  const admission = policyAdmission(policy, announcer, systemClock.wall, store)
  const provider = createProviderService({
    lid: engine.genesis.lid,
    provider: owner.did,
    signer: owner.signer,
    verify: nodeVerify,
    sha256: nodeSha256,
    signerKey: ledgerSignerKey(engine),
    clock: systemClock,
    ledger: engineLedger(engine, systemClock.now),
    gateway,
    offer: id => announcer().offerOnSale(id),
    admit: admission.admit,
    store,
    limits: DEFAULT_RISK_LIMITS,
    settle: DEFAULT_SETTLE_POLICY,
    bindAddress,
    ...ports.provider,
  })
  undo.push(admission.watch(provider), readModel.onBlock(clientMoves(provider, owner.did)))
  return provider
}

async function openApi(
  base: Base,
  provider: ProviderService,
  announcer: () => Announcer,
  state: HealthSources['state'] & { readonly gateways: ApiContext['gateways'] },
  { radius, relay }: { readonly radius: RadiusAccess | undefined; readonly relay: Relay | undefined },
): Promise<Api> {
  const { config, engine, log, now, owner, ports, policy, readModel, store, undo } = base
  const hub = new EventHub()
  const board = new SessionBoard({ provider, hub, offerName: id => announcer().nameOf(id) })
  const totals = () => provider.totals()
  const sources = { height: () => engine.info().height, readModelHeight: () => readModel.height, totals }
  const metrics = createMetrics(sources, { process: ports.processMetrics === true })
  const stopping = new AbortController()
  // One for each open stream, of which there are more than the ten that Node takes for a leak.
  setMaxListeners(0, stopping.signal)
  const meter = setInterval(() => board.meter(now()), METER_MS)
  // Before anything that can fail: a timer that is left running keeps the process.
  undo.push(
    () => clearInterval(meter),
    () => board.stop(),
    readModel.onBlock(liveBlocks(hub, engine, owner.did)),
    provider.onEvent(metrics.provider),
  )
  const { signer } = owner
  const transfers = new Transfers({ engine, now, random: randomBytes, signer, store, recorded: readModel })
  const context: ApiContext = {
    did: owner.did,
    name: config.name,
    networkType: config.networkType,
    version: VERSION,
    gateways: state.gateways,
    ...{ engine, readModel, provider, board, hub, metrics, log, policy, now },
    wallet: { transfer: (order, key) => transfers.pay(order, key) },
    resolve: ledgerResolver(engine),
    radius: radius?.desk,
    upstream: relay?.sessions,
    health: healthOf({ ...sources, state, trouble: () => engine.trouble?.() }),
    stopping: stopping.signal,
  }
  const { host, port, publicUrl, adminRemote: remote, hosts } = config.api
  const own = publicUrl === undefined ? hosts : [...hosts, new URL(publicUrl).hostname]
  const names = [...own, ...portalNames(config)]
  const admin = { token: base.adminToken, remote }
  const api = await startApi(context, { host, port, admin, hosts: names, consoleDir: ports.consoleDir })
  undo.push(async () => {
    stopping.abort()
    await api.close()
  })
  return api
}

function startFollower({ readModel, engine, log, undo }: Base): Follower {
  const follower = new Follower(readModel, engine, {
    onError: err => log.error({ err }, 'the read model could not take a block in; trying again'),
    pause: (ms, signal) => pause(ms, undefined, { signal, ref: false }).catch(() => undefined),
  })
  follower.start()
  undo.push(() => follower.stop())
  return follower
}

interface Guests {
  readonly api: Api
  readonly egress: Egress
  readonly leases: Leases | undefined
  /** Who is behind an address, if the gateway sees it. */
  readonly clientOf: ClientOf | undefined
}

/** Opens the portal, if there is one, before any session can begin: it is closed after the last one has ended. */
async function openGuests(
  { config, ports, log, undo }: Base,
  { api, egress, leases, clientOf: seen }: Guests,
): Promise<string | undefined> {
  const { portalDir: pageDir, clientOf = seen } = ports
  const portal = await openPortal(config, { api, leases, pageDir, clientOf, log })
  if (portal === undefined) return undefined
  undo.push(() => portal.stop())
  egress.guardPort(portal.port)
  return portal.url
}

/** Opens the exit of relayed channels, if there is one. */
async function openChain(
  { config, engine, owner, seeds, now, undo }: Base,
  { node, api, egress, access }: { node: string; api: Api; egress: Egress; access: ReadonlySet<string> },
): Promise<number | undefined> {
  const { lid } = engine.genesis
  const exit = await openExit(config, {
    ...{ lid, provider: owner.did, seeds, now, node, apiPort: api.port, access },
  })
  if (exit === undefined) return undefined
  undo.push(() => exit.stop())
  egress.guardPort(exit.port)
  return exit.port
}

function watchOffers(base: Base, announcer: Announcer): void {
  const sync = () =>
    announcer.sync().catch(err => base.log.error({ err }, 'offers could not be brought up to date; trying again'))
  const timer = setInterval(sync, SYNC_MS)
  timer.unref()
  base.undo.push(
    base.policy.onChange(() => void sync()),
    () => clearInterval(timer),
  )
}

async function build(base: Base): Promise<Node> {
  const { config, engine, log, now, owner, policy, ports, readModel, undo } = base
  const downstream = () => ownTerms(config, policy.get())
  const { lid } = engine.genesis
  const relay = ports.dial === undefined ? await openRelay(config, { lid, owner, log, downstream }) : undefined
  if (relay !== undefined) undo.push(() => relay.stop())
  const holder: { announcer?: Announcer } = {}
  const announcer = () => {
    if (holder.announcer === undefined) throw new Error('asked for offers before the node has an address')
    return holder.announcer
  }
  const opened = await openGateway(base, ports.dial ?? relay?.dial, announcer)
  const { egress, leases, bindAddress, gateways, clientOf } = opened
  const radius = openRadius(config, base)
  const { gateway, access } = rememberAccess(radius?.beside(opened.gateway) ?? opened.gateway)
  const state = { ready: false, gateways, refused: () => holder.announcer?.refused ?? new Map() }
  const provider = createProvider(base, { gateway, bindAddress }, announcer)
  await radius?.start(provider)
  undo.push(() => radius?.stop())
  const follower = startFollower(base)
  const api = await openApi(base, provider, announcer, state, { radius, relay })
  // An owner may open private ranges to guests; the node's own API stays closed even then.
  egress.guardPort(api.port)
  const portalUrl = await openGuests(base, { api, egress, leases, clientOf })
  const url = localUrl(api)
  const file = join(config.dataDir, 'offers.json')
  const node = config.api.publicUrl ?? url
  const exitPort = await openChain(base, { node, api, egress, access })
  const hops = ports.hops ?? relay?.hops ?? (() => 0)
  const own = new Announcer({
    ...{ engine, owner, config, log, node, hops, file, now },
    policy: () => policy.get(),
    random: randomBytes,
  })
  holder.announcer = own
  await own.introduce()
  await provider.start()
  relay?.attach(provider)
  undo.push(() => provider.stop())
  await own.sync()
  undo.push(() => Promise.race([own.withdrawAll(), pause(WITHDRAW_MS, undefined, { ref: false })]))
  watchOffers(base, own)
  state.ready = true
  log.info({ url, did: owner.did, lid }, 'the node is up')
  return {
    url,
    portalUrl,
    exitPort,
    did: owner.did,
    adminToken: base.adminToken,
    engine,
    provider,
    readModel,
    policy,
    offers: () => own.ids,
    rebuildReadModel: () => follower.rebuild(),
    stop: () => stopAll(base),
  }
}

/** Newest first; one that fails is logged and does not keep the others open. */
async function stopAll({ log, undo }: Pick<Base, 'log' | 'undo'>): Promise<void> {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
    try {
      await step()
    } catch (err) {
      log.error({ err }, 'a part did not stop cleanly')
    }
  }
}

/**
 * Starts a node: keys, ledger, read model, gateway, provider, API, then its own entries on the ledger.
 *
 * @throws ConetError of the part that cannot start; everything opened before is closed again
 */
export async function startNode(config: Config, ports: NodePorts = {}): Promise<Node> {
  const undo: Base['undo'] = []
  const log = ports.log ?? createLogger(config.log.level)
  try {
    return await build(await openBase(config, ports, undo))
  } catch (error) {
    await stopAll({ log, undo })
    throw error
  }
}
