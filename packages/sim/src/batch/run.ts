import { join } from 'node:path'
import { type SeedResult, scenarioHash } from '../play/index.js'
import { csvFiles, drawPictures, reportHtml, type Summary, summarise } from '../report/index.js'
import type { Scenario } from '../scenario/index.js'
import { writeWhole } from './files.js'
import { playOnThreads } from './pool.js'
import { seedFiles } from './results.js'

export interface BatchPlan {
  readonly scenario: Scenario
  /** Whole numbers, each once, at least one. */
  readonly seeds: readonly number[]
  /** Folder of results and report; made if missing. */
  readonly out: string
  readonly workers: number
  /** Goes on with the seeds whose results are not there yet. */
  readonly resume: boolean
  readonly signal: AbortSignal
  /** @param played - 0..1, seeds that were there included */
  progress(played: number): void
}

export interface Batch {
  readonly summary: Summary
  /** Files written, below `out`. */
  readonly files: readonly string[]
  /** Seeds that were taken from the folder. */
  readonly kept: number
}

/**
 * Plays a scenario with many seeds and writes results and report.
 *
 * Each seed's result is stored as soon as it is there. The files are the same bytes for the same scenario and seeds, whatever the
 * number of threads and interruptions.
 *
 * @throws {SimError} `RESUME_MISMATCH`, `INTERRUPTED`, `WORKER_FAILED`, `FILE_UNREADABLE`
 * @see docs/spec/sim.md SIM-8
 */
export async function runBatch(plan: BatchPlan): Promise<Batch> {
  const { scenario, seeds, out, resume } = plan
  const files = seedFiles(out, scenarioHash(scenario))
  if (!resume) files.drop(seeds)
  const results: SeedResult[] = resume ? files.kept(seeds) : []
  const kept = results.length
  const missing = seeds.filter(seed => !results.some(result => result.seed === seed))
  const told = (played: number) => plan.progress((kept + played) / seeds.length)
  told(0)
  if (missing.length > 0) {
    await playOnThreads({
      ...plan,
      seeds: missing,
      done: result => {
        files.keep(result)
        results.push(result)
      },
      progress: told,
    })
  }
  const summary = summarise(scenario, results)
  return { summary, kept, files: writeReport(out, summary, results) }
}

/** Every file of a report. */
export function writeReport(out: string, summary: Summary, results: readonly SeedResult[]): string[] {
  const sorted = [...results].sort((a, b) => a.seed - b.seed)
  const pictures = drawPictures(summary)
  const content: [string, string | Uint8Array][] = [
    ['report.html', reportHtml(summary, pictures)],
    ['results.json', `${JSON.stringify(summary, null, 1)}\n`],
    ...Object.entries(csvFiles(summary, sorted)),
    ...Object.entries(pictures.maps).map(([name, png]): [string, Uint8Array] => [`map-${name}.png`, png]),
    ...Object.entries(pictures.charts).map(([name, svg]): [string, string] => [`chart-${name}.svg`, svg]),
  ]
  for (const [name, data] of content) writeWhole(join(out, name), data)
  return content.map(([name]) => name)
}
