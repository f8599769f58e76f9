import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventHub, SessionBoard } from '../../events/index.js'
import { createLogger } from '../../log/index.js'
import { createMetrics } from '../../metrics/index.js'
import { PolicyStore } from '../../policy/index.js'
import { ReadModel } from '../../readmodel/index.js'
import type { ApiContext, Resolution } from '../context.js'
import { type Api, type ApiOptions, startApi } from '../server.js'
import { MemoryEngine } from './engine.js'
import { MemoryProvider } from './provider.js'

export const ADMIN_TOKEN = 'a'.repeat(43)

/** A running API over parts in memory, with handles on them. */
export interface TestApi {
  readonly api: Api
  readonly url: string
  readonly engine: MemoryEngine
  readonly provider: MemoryProvider
  readonly readModel: ReadModel
  /** File of the read model. */
  readonly file: string
  readonly hub: EventHub
  readonly resolutions: Map<string, Resolution>
  stop(): Promise<void>
}

const UNKNOWN: Resolution = { didDocument: null, didDocumentMetadata: {}, didResolutionMetadata: { error: 'notFound' } }

/** Starts an API on a free loopback port over a fresh context. */
export async function startTestApi(options: Partial<ApiOptions> = {}): Promise<TestApi> {
  const folder = mkdtempSync(join(tmpdir(), 'conet-api-'))
  const engine = new MemoryEngine()
  const provider = new MemoryProvider()
  const file = join(folder, 'r.sqlite')
  const readModel = await ReadModel.open({ sqlite: file }, 'test')
  const hub = new EventHub()
  const stopping = new AbortController()
  const resolutions = new Map<string, Resolution>()
  const sources = { height: () => 1, readModelHeight: () => 1, totals: () => provider.totals() }
  const context: ApiContext = {
    did: 'did:key:node',
    name: 'Test node',
    networkType: 'campus',
    version: '0.1.0',
    gateways: [],
    engine,
    readModel,
    provider,
    hub,
    board: new SessionBoard({ provider, hub, offerName: () => 'Home' }),
    metrics: createMetrics(sources, { process: false }),
    log: createLogger('silent'),
    policy: new PolicyStore(folder),
    wallet: { transfer: ({ to, asset, amount }) => engine.submit(`${to} ${asset} ${amount}`) },
    resolve: async did => resolutions.get(did) ?? UNKNOWN,
    health: () => ({ ready: true, checks: { ledger: 'ok' } }),
    now: () => 1_700_000_000_000,
    stopping: stopping.signal,
  }
  const admin = { token: ADMIN_TOKEN, remote: false }
  const api = await startApi(context, { host: '127.0.0.1', port: 0, admin, hosts: ['node.example'], ...options })
  const stop = async () => {
    stopping.abort()
    await api.close()
    await readModel.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { api, url: `http://127.0.0.1:${api.port}`, engine, provider, readModel, file, hub, resolutions, stop }
}
