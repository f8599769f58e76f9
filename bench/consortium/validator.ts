import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import type { Genesis } from '@conet/core/ledger'
import { createVerifyPool, openCometbft } from '@conet/engines'
import { VALIDATORS } from './load.js'
import { cpuSeconds } from './program.js'

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
  /** Processor time of this process and of its engine meanwhile, in microseconds. */
  readonly applicationMicros: number
  readonly engineMicros: number
  readonly refused: number
  /** Milliseconds from submission to durable here. */
  readonly latencies: readonly number[]
}

const plan = JSON.parse(process.argv[2] ?? '') as Plan
const genesis = JSON.parse(readFileSync(plan.genesis, 'utf8')) as Genesis
const txs = readFileSync(plan.txs, 'utf8').split('\n')
// More validators than cores: a thread for signatures would only take turns with everything else.
const pool = createVerifyPool(Math.floor(availableParallelism() / VALIDATORS))
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
  const report = { committed: 0, refused: 0, latencies: [] as number[] }
  const lane = async () => {
    while (performance.now() - start < warmMs + ms) {
      const tx = txs[next++]
      if (tx === undefined || tx === '') throw new Error('the load ran dry')
      const sentAt = performance.now()
      const { code } = await engine.submit(tx)
      const now = performance.now()
      if (now - start < warmMs || now - start > warmMs + ms) continue
      if (code === 'OK') {
        report.committed += 1
        report.latencies.push(now - sentAt)
      } else report.refused += 1
    }
  }
  const lanes = Array.from({ length: window }, async (_, i) => {
    // Spread over the first second, so that the lanes do not march in step.
    await pause((i * 1000) / window)
    await lane()
  })
  const [used] = await Promise.all([usedBetween(warmMs, ms), ...lanes])
  return { ...report, ...used }
}

/** Processor time of both processes in the `ms` that follow on `warmMs`. */
async function usedBetween(warmMs: number, ms: number) {
  await pause(warmMs)
  const [own, engines] = [process.cpuUsage(), cpuSeconds(engine.pid)]
  await pause(ms)
  const { user, system } = process.cpuUsage(own)
  return { applicationMicros: user + system, engineMicros: (cpuSeconds(engine.pid) - engines) * 1e6 }
}

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
