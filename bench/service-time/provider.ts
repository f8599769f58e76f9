import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig, startNode } from '@conet/node'
import { DEFAULT_RISK_LIMITS } from '@conet/node/provider'

/**
 * A whole node (solo engine on disk, API, proxy gateway) and a local origin, in a process of their own. Its argument, if there
 * is one, is JSON with further members of the configuration: where its data is and what orders its ledger.
 */

export interface Ready {
  readonly url: string
  readonly token: string
  readonly offer: string
  readonly origin: string
}

const LOOPBACK = '127.0.0.1'
const folder = mkdtempSync(join(tmpdir(), 'conet-bench-'))

const origin = createServer((_, response) => response.end('first byte'))
await new Promise<void>(resolve => {
  origin.listen({ port: 0, host: LOOPBACK }, resolve)
})
const address = origin.address()
const port = typeof address === 'object' && address !== null ? address.port : 0

const config = parseConfig(
  JSON.stringify({
    name: 'bench',
    dataDir: folder,
    api: { port: 0 },
    log: { level: 'silent' },
    ...(JSON.parse(process.argv[2] ?? '{}') as object),
    gateway: { egressAllow: ['127.0.0.0/8'] },
    offers: [
      {
        key: 'line',
        name: 'Line',
        area: { lat: 48.86, lon: 2.35, radiusM: 300 },
        terms: { perGiB: '1000000', perHour: '3600', maxUnpaid: '1000', maxUnpaidCap: '10000' },
      },
    ],
  }),
)
const trials = { ...DEFAULT_RISK_LIMITS.trials, perAddress: 1_000_000, perIdentity: 1_000_000 }
const node = await startNode(config, {
  provider: { limits: { ...DEFAULT_RISK_LIMITS, trials, maxStrangers: 100_000 } },
})

process.once('disconnect', async () => {
  // An engine of a consortium is a process of its own, which the node ends.
  if (process.argv[2] !== undefined) await node.stop()
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
})
process.send?.({
  url: node.url,
  token: node.adminToken,
  offer: node.offers().get('line') ?? '',
  origin: `${LOOPBACK}:${port}`,
} satisfies Ready)
