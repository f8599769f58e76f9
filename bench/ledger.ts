import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { decodeDidKeyUrl } from '@conet/core/identity'
import { decodeEnvelope } from '@conet/core/wire'
import { createVerifyPool, type Engine, nodeSha256, openSolo, type VerifyItem, type VerifyPool } from '@conet/engines'
import { benchGenesis, signedLoad, signingAccount } from './ledger/load.js'
import { note, option, percentile, printFigures, relaunchWith, round, seconds } from './lib.js'

/**
 * How fast the ledger settles: submit → decode → verify → apply → Merkle → durable, on the solo engine with a real folder.
 * The limit beside it is nothing but the verification of the very same signatures by the same workers, before and after.
 *
 * V8 runs with --max-semi-space-size=128 and Node with --use-largepages=silent (its code in pages of 2 MiB, where the kernel gives
 * them), for both. Node takes them at its start only, so the program starts itself again; a node that `conet` runs has a young generation
 * of 16 MiB and small pages unless NODE_OPTIONS holds the two flags.
 */

const WORKERS = Math.max(1, availableParallelism())
const SIGNERS = 10_000
const SMALL = 10_000
const LARGE = option('accounts', 1_000_000)
/** Transactions per saturated run; with the default about five seconds on two cores. */
const TXS = option('txs', 100_000)
/** Submitted and not yet durable: keeps every stage busy, far below the mempool's bound. */
const WINDOW = 2_000
/** Latency is measured at this share of the saturated rate: a queue that never drains has no latency to speak of. */
const OFFERED_SHARE = 0.6
const LATENCY_S = 4
const BATCH = 128

interface Saturated {
  readonly txPerSecond: number
  readonly limit: number
  /** Processor time of verification ÷ that of the whole pipeline: the ratio that an idle machine would show. */
  readonly cpuRatio: number
}

async function main(): Promise<void> {
  const signers = Array.from({ length: SIGNERS }, (_, i) => signingAccount(i).did)
  const pool = createVerifyPool(WORKERS)
  const small = await run('bench-small', signers, SMALL, pool, true)
  const large = await run('bench-large', signers, LARGE, pool, false)
  await pool.close()
  printFigures({
    txPerSecond: small.txPerSecond,
    verifyLimitPerSecond: small.limit,
    ratio: small.txPerSecond / small.limit,
    cpuRatio: small.cpuRatio,
    p50Ms: percentile(small.latencies, 0.5),
    p99Ms: percentile(small.latencies, 0.99),
    ratioAt1M: large.txPerSecond / small.txPerSecond,
    txPerSecondAt1M: large.txPerSecond,
    verifyLimitAt1M: large.limit,
    offeredPerSecond: small.offered,
    workers: WORKERS,
  })
}

async function run(lid: string, signers: readonly string[], accounts: number, pool: VerifyPool, latency: boolean) {
  const dir = await mkdtemp(join(tmpdir(), 'conet-bench-'))
  try {
    note(`${lid}: opening a ledger with ${accounts} accounts`)
    const engine = await openSolo({ dir, genesis: benchGenesis(lid, signers, accounts), pool })
    await engine.start()
    const saturated = await saturate(engine, lid, accounts, pool)
    const offered = saturated.txPerSecond * OFFERED_SHARE
    const latencies = latency ? await measureLatency(engine, saturated.rest, offered) : []
    await engine.stop()
    return { ...saturated, latencies, offered }
  } finally {
    await rm(dir, { recursive: true })
  }
}

/** Rate of the whole pipeline, between two measurements of the limit. */
async function saturate(engine: Engine, lid: string, accounts: number, pool: VerifyPool) {
  const warm = Math.floor(TXS / 5)
  note(`${lid}: signing ${TXS * 2} transactions`)
  const load = await signedLoad({ lid, signers: SIGNERS, accounts, txs: TXS * 2 }, WORKERS)
  const measured = load.slice(warm, warm + TXS)
  const before = await verifyRate(pool, measured)
  await submitAll(engine, load.slice(0, warm))
  const used = process.cpuUsage()
  const txPerSecond = TXS / (await seconds(() => submitAll(engine, measured)))
  const pipelineCpu = cpuPerTx(used)
  const after = await verifyRate(pool, measured)
  const limit = (before.perSecond + after.perSecond) / 2
  const verifyCpu = (before.cpu + after.cpu) / 2
  note(`${lid}: ${round(txPerSecond)} tx/s; limit ${round(before.perSecond)} before, ${round(after.perSecond)} after`)
  note(`${lid}: µs of processor per transaction: ${round(pipelineCpu)}, ${round(verifyCpu)} of them to verify`)
  const saturated: Saturated = { txPerSecond, limit, cpuRatio: verifyCpu / pipelineCpu }
  return { ...saturated, rest: load.slice(warm + TXS) }
}

/** The limit: nothing but the signatures of these transactions. What it prepares is gone when the pipeline runs. */
async function verifyRate(pool: VerifyPool, texts: readonly string[]): Promise<{ perSecond: number; cpu: number }> {
  const items = texts.map(readItem)
  await verifyAll(pool, items.slice(0, texts.length / 5))
  const used = process.cpuUsage()
  const perSecond = texts.length / (await seconds(() => verifyAll(pool, items)))
  return { perSecond, cpu: cpuPerTx(used) }
}

/** What other programs on the machine take does not show here: the figure to compare when it is busy. */
function cpuPerTx(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / TXS
}

/** Keeps `WINDOW` transactions under way. A refused one would be cheaper than a settled one: it ends the run. */
async function submitAll(engine: Engine, txs: readonly string[]): Promise<void> {
  let next = 0
  const lane = async () => {
    for (let tx = txs[next++]; tx !== undefined; tx = txs[next++]) expectOk(await engine.submit(tx))
  }
  await Promise.all(Array.from({ length: WINDOW }, lane))
}

function expectOk({ code, data }: { code: string; data: object }): void {
  if (code !== 'OK') throw new Error(`a transaction of the load was refused: ${code} ${JSON.stringify(data)}`)
}

/** Milliseconds from the moment a transaction was to be sent until it was durable, at a steady offered rate. */
async function measureLatency(engine: Engine, txs: readonly string[], perSecond: number): Promise<number[]> {
  note(`latency at ${round(perSecond)} tx/s offered`)
  const latencies: number[] = []
  const answers: Promise<void>[] = []
  const count = Math.min(txs.length, Math.floor(perSecond * LATENCY_S))
  const start = performance.now()
  while (answers.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - start) / 1000) * perSecond))
    while (answers.length < due) {
      const sentAt = start + (answers.length / perSecond) * 1000
      const answer = engine.submit(txs[answers.length] ?? '').then(result => {
        expectOk(result)
        latencies.push(performance.now() - sentAt)
      })
      answers.push(answer)
    }
    await pause(1)
  }
  await Promise.all(answers)
  return latencies
}

function readItem(text: string): VerifyItem {
  const envelope = decodeEnvelope(text, { sha256: nodeSha256 })
  if (!envelope.ok) throw new Error(`the load cannot be read: ${envelope.code}`)
  const key = decodeDidKeyUrl(envelope.value.header.kid)
  if (!key.ok) throw new Error(`the load has no key: ${key.code}`)
  const { signingInput, signature } = envelope.value
  return { publicKey: key.value, signingInput, signature }
}

async function verifyAll(pool: VerifyPool, items: readonly VerifyItem[]): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const batch = items.slice(next, next + BATCH)
      next += BATCH
      const verdicts = await pool.verify(batch)
      if (verdicts.includes(0)) throw new Error('a signature of the load is not valid')
    }
  }
  await Promise.all(Array.from({ length: WORKERS * 2 }, lane))
}

/** A young generation of 128 MiB: what is under way in two or three blocks dies before it is copied twice. */
await relaunchWith('--max-semi-space-size=128', '--use-largepages=silent')
await main()
