import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FromLoad, FromProvider, ToProvider } from './rounds/terms.js'

/**
 * Cost of rounds on the provider's side: 10,000 concurrent sessions that pay every 5 s over WebSockets.
 *
 * Provider and clients are processes of their own; only the provider's CPU time and memory count. Control in the same run:
 * what verifying every voucher and signing every statement would cost alone. Limits: cpuShare ≤ 0.30, rssMb ≤ 200,
 * lateVouchers 0.
 */

const SESSIONS = Number(process.env.CONET_BENCH_SESSIONS ?? 10_000)
const SETTLE_MS = 12_000
const WINDOW_MS = 20_000
/**
 * A young generation of 2 × 4 MiB instead of 2 × 16 MiB, and collections after 20 % of growth instead of 100 %: most objects of
 * a round die at once, and memory that only waits to be collected is the largest part of what the process would hold. One thread beside the
 * main one for V8 in place of four: each takes memory of its own. Node's own code in pages of 2 MiB where the kernel gives them:
 * 5 MiB more, a twelfth less time, for ten thousand sessions leave nothing of it in the caches.
 * `CONET_BENCH_FLAGS` adds flags of Node for comparison. An owner of many sessions starts the node's program with the same flags
 * (`node --max-semi-space-size=4 --heap-growing-percent=20 --v8-pool-size=1 --use-largepages=silent …`); NODE_OPTIONS does not take
 * the second.
 */
const PROVIDER_FLAGS = [
  '--max-semi-space-size=4',
  '--heap-growing-percent=20',
  '--v8-pool-size=1',
  '--use-largepages=silent',
  ...(process.env.CONET_BENCH_FLAGS ?? '').split(' ').filter(Boolean),
]

const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
const rounded = (value: number, digits = 3) => Number(value.toFixed(digits))
const say = (text: string) => {
  if (!process.argv.includes('--json')) process.stderr.write(`${text}\n`)
}

function start(name: string, args: readonly string[] = [], execArgv: readonly string[] = []): ChildProcess {
  const path = fileURLToPath(new URL(`./rounds/${name}.js`, import.meta.url))
  return fork(path, args, { execArgv: [...execArgv] })
}

function next<T extends { readonly type: string }>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', message => resolve(message as T))
    child.once('exit', code => reject(new Error(`a process of the bench ended with ${code}`)))
  })
}

async function run(): Promise<void> {
  const provider = start('provider', [], PROVIDER_FLAGS)
  const children = [provider]
  try {
    const ready = await next<FromProvider>(provider)
    if (ready.type !== 'ready') throw new Error('the provider did not start')
    say(`opening ${SESSIONS} sessions`)
    const load = start('load', [String(ready.port), ready.did, String(SESSIONS)])
    children.push(load)
    const opened = await next<FromLoad>(load)
    if (opened.type === 'failed') throw new Error(opened.why)
    await sleep(SETTLE_MS)
    say(`measuring for ${WINDOW_MS / 1_000} s`)
    const answer = next<FromProvider>(provider)
    provider.send({ type: 'measure', windowMs: WINDOW_MS } satisfies ToProvider)
    const window = await answer
    if (window.type !== 'window') throw new Error('no measurement')
    report(window, ready.limitPerSecond)
  } finally {
    for (const child of children) if (child.connected) child.disconnect()
  }
}

function report(window: Extract<FromProvider, { type: 'window' }>, limitPerSecond: number): void {
  const controlCpuShare = window.vouchersPerSecond / limitPerSecond
  process.stdout.write(
    `${JSON.stringify({
      sessions: window.sessions,
      vouchersPerSecond: Math.round(window.vouchersPerSecond),
      cpuShare: rounded(window.cpuShare),
      rssMb: Math.round(window.rssMb),
      heapMb: Math.round(window.heapMb),
      lateVouchers: window.lateVouchers,
      cuts: window.cuts,
      controlCpuShare: rounded(controlCpuShare),
      verifyAndSignPerSecond: limitPerSecond,
      overControl: rounded(window.cpuShare / controlCpuShare, 2),
    })}\n`,
  )
}

await run()
