import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { cometbftKeys, freePort } from '@conet/engines/cometbft'
import { kvstoreRate } from './consortium/kvstore.js'
import { benchGenesis, ROUNDS_PER_SETTLEMENT, signedParts, VALIDATORS } from './consortium/load.js'
import { cpuSeconds, Program } from './consortium/program.js'
import type { Report } from './consortium/validator.js'
import { verifyCost } from './consortium/verify-cost.js'
import { note, option, percentile, printFigures, round } from './lib.js'

/**
 * What four validators on this machine order together: each is a process of its own with its own CometBFT, and submits a
 * quarter of the load, half transfers and half settlements. The control is CometBFT's own key-value store in its process:
 * the same four nodes, settings and sizes, no signatures, nothing kept, each pair a text of its own, where our engine bundles
 * and deflates (ADR 16), and as many under way as it takes to saturate it. The limit: 0.8 of it, and 1,500 a second.
 *
 * The parts of one transaction on all nodes together are printed beside it, so that the ratio can be judged: our process
 * (`applicationUsPerTx`, which contains `verifyUsPerTx`: one signature on each node), CometBFT beside it (`engineUsPerTx`), and
 * the whole control (`kvstoreUsPerTx`). Where all of them share the same cores, no application that verifies every signature on
 * every node can pass `ratioBound` = kvstore / (engine + verify), however cheap it is otherwise.
 */

const SECONDS = option('seconds', 60)
/** Under way on all validators together: about two blocks. From 900 to 1,600 the same is committed, only each waits longer. */
const WINDOW = option('window', 1_000)
/** The control makes more blocks a second, and is not saturated with less. */
const CONTROL_WINDOW = option('control-window', 1_600)
/** Until the programs are compiled: a transaction costs four times as much in the first seconds. */
const WARM_MS = 10_000
/** More than any machine of this kind commits in a second; what is left is not submitted. */
const LOAD_PER_SECOND = option('load', 3_000)
const IDLE_MS = 10_000
/** Longest until the block that proves the last app hash is made. */
const SETTLE_MS = 3_000

interface Running {
  readonly program: Program
  readonly enginePid: number
}

async function main(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'conet-consortium-'))
  try {
    const txs = Math.ceil((LOAD_PER_SECOND * (SECONDS + WARM_MS / 1000)) / VALIDATORS)
    note(`signing ${txs * VALIDATORS} transactions`)
    const parts = await signedParts(VALIDATORS, txs)
    const bytes = Math.round(parts[0]?.slice(0, 1_000).reduce((sum, tx) => sum + tx.length / 1_000, 0) ?? 0)
    const ours = await measure(dir, parts)
    note(`the same with CometBFT's key-value store, ${bytes} bytes each`)
    const kvstore = await kvstoreRate(dir, VALIDATORS, bytes, CONTROL_WINDOW, WARM_MS, SECONDS * 1_000)
    const { txPerSecond, latencies, refused, idle, applicationMicros, engineMicros } = ours
    const verifyMicros = VALIDATORS * verifyCost(parts.flat())
    printFigures({
      txPerSecond,
      kvstoreTxPerSecond: kvstore.txPerSecond,
      ratio: txPerSecond / kvstore.txPerSecond,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
      idleBlocks: idle.blocks,
      idleCpuShare: idle.cpuShare,
      roundsPerSecond: (txPerSecond / 2) * ROUNDS_PER_SETTLEMENT,
      // Processor time of all nodes together for one transaction: what a busy machine does not change much.
      applicationUsPerTx: applicationMicros,
      verifyUsPerTx: verifyMicros,
      engineUsPerTx: engineMicros,
      kvstoreUsPerTx: kvstore.cpuMicros,
      // The ratio of an application that does nothing but verify each signature on each node.
      ratioBound: kvstore.cpuMicros / (engineMicros + verifyMicros),
      refused,
      validators: VALIDATORS,
      seconds: SECONDS,
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function measure(dir: string, parts: readonly string[][]) {
  const running = await startValidators(dir, parts)
  try {
    const load = { window: Math.ceil(WINDOW / VALIDATORS), ms: SECONDS * 1_000, warmMs: WARM_MS }
    note(`${VALIDATORS} validators, ${SECONDS} s`)
    const reports = await Promise.all(running.map(({ program }) => program.ask<Report>({ load })))
    const total = (of: (report: Report) => number) => reports.reduce((sum, report) => sum + of(report), 0)
    const committed = total(report => report.committed)
    note(`${round(committed / SECONDS)} tx/s`)
    return {
      txPerSecond: committed / SECONDS,
      refused: total(report => report.refused),
      latencies: reports.flatMap(report => report.latencies),
      applicationMicros: total(report => report.applicationMicros) / committed,
      engineMicros: total(report => report.engineMicros) / committed,
      idle: await measureIdle(running),
    }
  } finally {
    await Promise.all(running.map(({ program }) => program.end()))
  }
}

async function startValidators(dir: string, parts: readonly string[][]): Promise<Running[]> {
  const places = await Promise.all(
    parts.map(async (txs, i) => {
      const folder = join(dir, `v${i}`)
      mkdirSync(join(folder, 'cometbft'), { recursive: true })
      writeFileSync(join(folder, 'txs'), txs.join('\n'))
      return { folder, port: await freePort(), ...(await cometbftKeys(join(folder, 'cometbft'))) }
    }),
  )
  const genesis = join(dir, 'genesis.json')
  writeFileSync(genesis, JSON.stringify(benchGenesis(places.map(place => place.validatorKey))))
  const script = fileURLToPath(new URL('./consortium/validator.js', import.meta.url))
  const running = places.map(({ folder, port, nodeId }) => {
    const peers = places
      .filter(other => other.nodeId !== nodeId)
      .map(other => `${other.nodeId}@127.0.0.1:${other.port}`)
    const plan = { dir: folder, genesis, txs: join(folder, 'txs'), port, peers }
    return new Program(process.execPath, [script, JSON.stringify(plan)], code => {
      if (code !== 0) note(`a validator ended with ${code}`)
    })
  })
  return await Promise.all(
    running.map(async program => {
      const { pid } = await program.next<{ pid: number }>()
      return { program, enginePid: pid }
    }),
  )
}

/** Processor seconds of every node and its engine so far. */
function cpuOf(running: readonly Running[]): number {
  return running.reduce((sum, { program, enginePid }) => sum + cpuSeconds(program.child.pid) + cpuSeconds(enginePid), 0)
}

/** Blocks of the engine and processor time while nobody submits anything; the block that proves the last app hash is over. */
async function measureIdle(running: readonly Running[]) {
  await pause(SETTLE_MS)
  const height = () => running[0]?.program.ask<{ engineHeight: number }>({ height: true })
  const [before, used] = [await height(), cpuOf(running)]
  await pause(IDLE_MS)
  const [after, usedAfter] = [await height(), cpuOf(running)]
  const blocks = (after?.engineHeight ?? 0) - (before?.engineHeight ?? 0)
  return { blocks, cpuShare: (usedAfter - used) / (IDLE_MS / 1000) }
}

await main()
