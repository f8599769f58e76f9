import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NodeApi, nodePorts, openOrCreateKeystore, type Wallet, walletFromSeed } from '@conet/client'
import { Running, until } from './program.js'

export { freePort } from '@conet/engines/cometbft'

/** What `conet up --json` says first. */
export interface Up {
  readonly url: string
  readonly did: string
  readonly portal?: string
  readonly offers: Readonly<Record<string, string>>
}

/** How a node of a test differs from the usual one. */
export interface NodeWish {
  readonly name: string
  readonly egressAllow?: readonly string[]
  readonly follow?: string
  readonly upstream?: string
  readonly terms?: object
  readonly port?: number
  readonly gatewayPort?: number
  readonly portal?: object
  readonly chain?: object
  /** Further members of the configuration. */
  readonly more?: object
}

/** Rounds of three seconds with a second for the voucher. Prices are micro-credits. */
export const TERMS = {
  perGiB: '200000',
  perHour: '36000',
  trialMs: 2_000,
  restMs: 1_000,
  maxUnpaid: '20000',
  maxUnpaidCap: '200000',
}
/** Longest that a client may get after it last paid: the trial, and the second that the paper allows. */
export const CUT_MS = TERMS.trialMs + 1_000

/** What every visitor begins with: 50 credits. */
export const FUNDS = 50_000_000n

/** Writes a node's configuration into `<dir>/<name>`. @returns path of the file */
export function writeConfig(dir: string, wish: NodeWish): string {
  const home = join(dir, wish.name)
  mkdirSync(home, { recursive: true })
  const { egressAllow = [], upstream, follow, port = 0, gatewayPort = 0, portal, chain } = wish
  const area = { lat: 52.52, lon: 13.405, radiusM: 500 }
  const config = {
    dataDir: join(home, 'node'),
    name: wish.name,
    networkType: 'household',
    ...(follow === undefined ? {} : { ledger: { engine: 'follow', url: follow } }),
    api: { host: '127.0.0.1', port },
    gateway: { port: gatewayPort, egressAllow, ...(upstream === undefined ? {} : { upstream: { node: upstream } }) },
    ...(portal === undefined ? {} : { portal }),
    ...(chain === undefined ? {} : { chain }),
    offers: [{ key: 'access', name: `Access at ${wish.name}`, area, terms: { ...TERMS, ...wish.terms } }],
    log: { level: 'error' },
    ...wish.more,
  }
  const path = join(home, 'config.yaml')
  writeFileSync(path, JSON.stringify(config))
  return path
}

/** A node as its own process. */
export class NodeProcess {
  readonly dir: string
  readonly name: string
  readonly running: Running<Up>
  private constructor(dir: string, name: string, running: Running<Up>) {
    this.dir = dir
    this.name = name
    this.running = running
  }

  static async start(dir: string, wish: NodeWish): Promise<NodeProcess> {
    const path = writeConfig(dir, wish)
    return new NodeProcess(dir, wish.name, await Running.start<Up>(['up', '--config', path]))
  }

  /** A node whose configuration somebody else wrote into `<dir>/<name>`. */
  static async of(dir: string, name: string, running: Promise<Running<Up>>): Promise<NodeProcess> {
    return new NodeProcess(dir, name, await running)
  }

  /** The same folder again, after its process has gone. */
  async again(): Promise<NodeProcess> {
    const path = join(this.dir, this.name, 'config.yaml')
    return new NodeProcess(this.dir, this.name, await Running.start<Up>(['up', '--config', path]))
  }

  get url(): string {
    return this.running.first.url
  }

  get did(): string {
    return this.running.first.did
  }

  get offer(): string {
    return this.running.first.offers.access ?? ''
  }

  get ledger(): string {
    return join(this.dir, this.name, 'node', 'ledger')
  }

  get token(): string {
    return readFileSync(join(this.dir, this.name, 'node', 'admin.token'), 'utf8').trim()
  }

  /** The owner's API. */
  get api(): NodeApi {
    return new NodeApi(this.url, { ports: nodePorts, token: this.token })
  }

  /** Sends credits (micro) from the node's own account and waits until it is durable. */
  async pay(to: string, amount: bigint): Promise<void> {
    await this.api.post('/v1/wallet/transfer', { to, asset: 'credit', amount: amount.toString() })
  }

  session(sid: string): Promise<SessionRow> {
    return this.api.get(`/v1/sessions/${sid}`)
  }

  async sessions(): Promise<readonly SessionRow[]> {
    return (await this.api.get<{ items: SessionRow[] }>('/v1/sessions')).items
  }

  /** Free money of an account, in micro-credits. */
  async balance(did: string): Promise<bigint> {
    const balances = await this.api.balances(did)
    return BigInt(balances.find(one => one.asset === 'credit')?.balance ?? 0)
  }

  info(): Promise<{ readonly height: number; readonly appHash: string }> {
    return this.api.get('/v1/node')
  }
}

export interface SessionRow {
  readonly sid: string
  readonly state: string
  readonly peer: string
  readonly reason: string | null
  readonly openedAt: number
  readonly bytesUp: string
  readonly bytesDown: string
  readonly roundsPaid: number
  readonly owed: string
  readonly paid: string
  readonly settled: string
}

export interface Visitor {
  readonly home: string
  readonly wallet: Wallet
}

/**
 * A wallet of its own in `<dir>/<name>`, funded by `node`, which its commands ask.
 *
 * @param seenBy - followers of the ledger that must know of the money before this resolves
 */
export async function visitor(
  dir: string,
  name: string,
  node: NodeProcess,
  seenBy: readonly NodeProcess[] = [],
): Promise<Visitor> {
  const home = join(dir, name)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const wallet = walletFromSeed(openOrCreateKeystore(join(home, 'wallet.json')), nodePorts)
  writeFileSync(join(home, 'node.url'), `${node.url}\n`)
  await node.pay(wallet.did, FUNDS)
  for (const one of seenBy) await until(async () => (await one.balance(wallet.did)) > 0n)
  return { home, wallet }
}
