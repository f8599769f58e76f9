import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import type { Genesis } from '@conet/core/ledger'
import { createVerifyPool, openCometbft } from '@conet/engines'

/** One owner's node as far as the ledger goes: a replica with its own engine, and the transactions it submits. */

interface Plan {
  readonly dir: string
  readonly genesis: string
  readonly txs: string
  readonly port: number
  readonly peers: readonly string[]
}
/** What this process did while it was measured. */
export interface Report {
  readonly committed: number
  /** Those of the warm-up too. */
  readonly all: number
  readonly refused: number
  /** Milliseconds from submission to durable here. */
  readonly latencies: readonly number[]
}

const plan = JSON.parse(process.argv[2] ?? '') as Plan
const genesis = JSON.parse(readFileSync(plan.genesis, 'utf8')) as Genesis
const txs = readFileSync(plan.txs, 'utf8').split('\n')
// One thread: the four validators of this machine share its two cores.
const pool = createVerifyPool(1)
const engine = await openCometbft({
  ...{ dir: plan.dir, genesis, pool, peers: plan.peers },
  p2p: { host: '127.0.0.1', port: plan.port },
})
await engine.start()
let next = 0
tell({ ready: true, pid: engine.pid })

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as { load?: { window: number; ms: number; warmMs: number }; height?: true }
  if (command.load !== undefined) tell(await load(command.load))
  if (command.height === true) tell({ engineHeight: engine.engineHeight })
}
await engine.stop()
await pool.close()

/** Keeps `window` transactions under way; the first `warmMs` are not counted. */
async function load({ window, ms, warmMs }: { window: number; ms: number; warmMs: number }): Promise<Report> {
  const start = performance.now()
  const report = { committed: 0, all: 0, refused: 0, latencies: [] as number[] }
  const lane = async () => {
    while (performance.now() - start < warmMs + ms) {
      const tx = txs[next++]
      if (tx === undefined || tx === '') throw new Error('the load ran dry')
      const sentAt = performance.now()
      const { code } = await engine.submit(tx)
      const now = performance.now()
      if (code === 'OK') report.all += 1
      if (now - start < warmMs || now - start > warmMs + ms) continue
      if (code === 'OK') {
        report.committed += 1
        report.latencies.push(now - sentAt)
      } else report.refused += 1
    }
  }
  await Promise.all(
    Array.from({ length: window }, async (_, i) => {
      // Spread over the first second, so that the lanes do not march in step.
      await pause((i * 1000) / window)
      await lane()
    }),
  )
  return report
}

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
