import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ok } from '@conet/core/errors'
import { decodeDidKeyUrl } from '@conet/core/identity'
import { nodeSha256, nodeSigner, nodeVerify } from '@conet/engines/crypto'
import { createEgress, createProxyGateway } from '@conet/gateway/proxy'
import { type ApiContext, startApi } from '@conet/node/api'
import { createLogger } from '@conet/node/log'
import { createMetrics } from '@conet/node/metrics'
import {
  createProviderService,
  DEFAULT_RISK_LIMITS,
  DEFAULT_SETTLE_POLICY,
  type ProviderService,
  systemClock,
} from '@conet/node/provider'
import { openStore } from '@conet/node/storage'
import { type FromProvider, LID, OFFER, TERMS, type ToProvider } from './terms.js'

/**
 * The provider's side in a process of its own: real gateway (sessions idle), real store on disk, the node's own API with its
 * HTTP and WebSocket endpoints. Only the ledger is left out: settling is not part of a round.
 */

const LOOPBACK = '127.0.0.1'

const folder = mkdtempSync(join(tmpdir(), 'conet-bench-'))
const store = openStore(folder, 'provider')
const owner = nodeSigner(new Uint8Array(32).fill(7))
const gateway = createProxyGateway({ listen: { host: LOOPBACK, port: 0 }, egress: createEgress() })

const service: ProviderService = createProviderService({
  lid: LID,
  provider: owner.did,
  signer: owner,
  verify: nodeVerify,
  sha256: nodeSha256,
  signerKey: kid => {
    const key = decodeDidKeyUrl(kid)
    return key.ok ? key.value : undefined
  },
  clock: systemClock,
  ledger: {
    submit: async () => ({ hash: '0'.repeat(64), code: 'OK', data: {}, events: [] }),
    account: () => ({ balance: 10n ** 12n, debt: 0n }),
    escrow: () => undefined,
  },
  gateway,
  offer: id => (id === OFFER ? { id, version: 1, terms: TERMS, active: true } : undefined),
  admit: () => ok({}),
  store,
  // Ten thousand strangers from one address at once: the owner of this bench dares it.
  limits: {
    ...DEFAULT_RISK_LIMITS,
    trials: { ...DEFAULT_RISK_LIMITS.trials, perAddress: 1_000_000 },
    maxStrangers: 1_000_000,
    maxExposure: 10n ** 15n,
  },
  settle: { ...DEFAULT_SETTLE_POLICY, maxUnsettled: 10n ** 15n },
})

/** The control: how many (verify + sign) of a voucher's size one core does in a second. */
function limitPerSecond(): number {
  const message = 'a'.repeat(700)
  const signature = owner.sign(message)
  const turn = () => {
    nodeVerify(owner.publicKey, message, signature)
    owner.sign(message)
  }
  for (let i = 0; i < 500; i++) turn()
  const before = process.cpuUsage()
  for (let i = 0; i < 5_000; i++) turn()
  const { user, system } = process.cpuUsage(before)
  return Math.round((5_000 * 1e6) / (user + system))
}

async function measure(windowMs: number): Promise<FromProvider> {
  const before = service.totals()
  const cpu = process.cpuUsage()
  const start = performance.now()
  let [rss, heap] = [0, 0]
  while (performance.now() - start < windowMs) {
    await new Promise(resolve => setTimeout(resolve, 250))
    rss = Math.max(rss, process.memoryUsage.rss())
    heap = Math.max(heap, process.memoryUsage().heapTotal)
  }
  const seconds = (performance.now() - start) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  const after = service.totals()
  return {
    type: 'window',
    sessions: after.liveSessions,
    vouchersPerSecond: (after.vouchers - before.vouchers) / seconds,
    cpuShare: (user + system) / 1e6 / seconds,
    rssMb: rss / 2 ** 20,
    heapMb: heap / 2 ** 20,
    lateVouchers: after.lateVouchers - before.lateVouchers,
    cuts: after.cuts - before.cuts,
  }
}

process.on('message', (message: ToProvider) => {
  void measure(message.windowMs).then(result => process.send?.(result))
})
process.once('disconnect', () => {
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
})

/** What the paths of a session ask of a node; the others are not called. */
const asked: Partial<ApiContext> = {
  did: owner.did,
  version: '0',
  provider: service,
  metrics: createMetrics(
    { height: () => 0, readModelHeight: () => 0, totals: () => service.totals() },
    { process: false },
  ),
  log: createLogger('silent'),
  now: () => Date.now(),
  stopping: new AbortController().signal,
}

await gateway.start()
await service.start()
const api = await startApi(asked as ApiContext, {
  host: LOOPBACK,
  port: 0,
  admin: { token: 'unused', remote: false },
  hosts: [],
  // Ten thousand clients behind one address.
  rate: { perSecond: 1_000_000, burst: 1_000_000 },
})
process.send?.({
  type: 'ready',
  port: api.port,
  did: owner.did,
  limitPerSecond: limitPerSecond(),
} satisfies FromProvider)
