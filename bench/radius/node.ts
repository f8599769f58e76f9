import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { parseConfig, startNode } from '@conet/node'
import { DEFAULT_RISK_LIMITS } from '@conet/node/provider'

/** A whole node (solo engine on disk, API, RADIUS gateway) in a process of its own. */

export interface Ready {
  readonly url: string
  readonly token: string
  readonly offer: string
  readonly radiusPort: number
  /** File of the key that FreeRADIUS shows. */
  readonly keyFile: string
}

const folder = mkdtempSync(join(tmpdir(), 'conet-bench-radius-'))
const radiusPort = Number(process.argv[2])
const config = parseConfig(
  JSON.stringify({
    name: 'bench',
    dataDir: folder,
    api: { port: 0 },
    log: { level: 'silent' },
    radius: { port: radiusPort, network: 'bench' },
    offers: [
      {
        key: 'line',
        name: 'Line',
        area: { lat: 48.86, lon: 2.35, radiusM: 300 },
        // The whole measurement fits into a trial: nobody pays here.
        terms: { perGiB: '1000000', perHour: '3600', trialMs: 60_000, maxUnpaid: '1000', maxUnpaidCap: '10000' },
      },
    ],
  }),
)
const trials = { ...DEFAULT_RISK_LIMITS.trials, perAddress: 1_000_000, perIdentity: 1_000_000 }
const limits = { ...DEFAULT_RISK_LIMITS, trials, maxStrangers: 100_000, maxExposure: 10n ** 15n }
const node = await startNode(config, { provider: { limits } })
const offer = node.offers().get('line')
if (offer === undefined) throw new ConetError('NO_OFFER', 'the offer of the benchmark did not get on the ledger')

process.once('disconnect', () => {
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
})
process.send?.({
  ...{ url: node.url, token: node.adminToken, offer, radiusPort },
  keyFile: join(folder, 'radius.key'),
} satisfies Ready)
