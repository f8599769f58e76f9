import { parseArgs } from 'node:util'
import { missingCometbft } from '../validators.js'
import { type Network, randomManifest } from './manifest.js'
import { kills, MANIFESTS } from './manifests/index.js'
import { type Report, run } from './runner.js'

const USAGE = `npm run soak -- --manifest ${[...MANIFESTS.map(({ name }) => name), 'kills'].join('|')} [--minutes M]
npm run soak -- --manifest kills [--times 50]
npm run soak -- --seed N [--minutes M]`

/**
 * Longer runs by hand: a named network again and again, or one random network after another, until the minutes are over.
 * Progress goes to stderr; the last line of the output is one JSON object. @returns exit code
 */
export async function soak(args: readonly string[]): Promise<number> {
  const missing = await missingCometbft()
  if (missing !== undefined) {
    process.stderr.write(`SKIPPED: ${missing}\n`)
    return 1
  }
  const next = networks(args)
  if (next === undefined) {
    process.stderr.write(`${USAGE}\n`)
    return 2
  }
  const reports: Report[] = []
  const end = performance.now() + next.minutes * 60_000
  do {
    const report = await run(next.network(reports.length), {}, text => process.stderr.write(`${text}\n`))
    process.stderr.write(`${JSON.stringify(report)}\n`)
    reports.push(report)
  } while (performance.now() < end)
  const figures = summary(reports)
  process.stdout.write(`${JSON.stringify(figures)}\n`)
  return figures.violations === 0 ? 0 : 1
}

/** @returns `undefined` if the words make no sense */
function networks(args: readonly string[]): { minutes: number; network: (turn: number) => Network } | undefined {
  const text = { type: 'string' } as const
  const options = { manifest: text, seed: text, minutes: text, times: text }
  const { values } = parseArgs({ args: [...args], options })
  const { manifest, seed, minutes = '0', times = '50' } = values
  const numbers = [minutes, times, seed ?? '0'].map(Number)
  if (!numbers.every(value => Number.isFinite(value) && value >= 0)) return undefined
  if (seed !== undefined) return { minutes: Number(minutes), network: turn => randomManifest(Number(seed) + turn, 6) }
  const named = manifest === 'kills' ? kills(Number(times)) : MANIFESTS.find(({ name }) => name === manifest)
  return named === undefined ? undefined : { minutes: Number(minutes), network: () => named }
}

function summary(reports: readonly Report[]) {
  const sum = (of: (report: Report) => number) => reports.reduce((total, report) => total + of(report), 0)
  return {
    networks: reports.length,
    faults: sum(report => report.faults),
    halts: sum(report => report.halts),
    blocks: sum(report => report.blocks),
    accepted: sum(report => report.accepted),
    unknown: sum(report => report.unknown),
    violations: sum(report => report.violations.length),
    longestGapMs: Math.max(...reports.map(report => report.longestGapMs)),
    seconds: Math.round(sum(report => report.ms) / 1_000),
  }
}
