import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { loadScenario, runBatch } from '@conet/sim/batch'
import { COMPARED, type Label, PRAN_ONLY, type Summary, shownEstimate } from '@conet/sim/report'
import type { CommandContext } from '../command.js'
import type { Output } from '../output.js'
import { type Options, whole } from '../value/read.js'

const BAR = 30

/** `conet sim run SCENARIO`. @throws ConetError of options; SimError of scenario, files and the run */
export async function runScenarioCommand(
  { out, signal }: CommandContext,
  name: string,
  options: Options,
): Promise<void> {
  const count = whole(options, 'seeds', 1, 10_000)
  const first = whole(options, 'first', 0, 4_000_000_000)
  const cores = availableParallelism()
  const workers = options.workers === undefined ? cores : whole(options, 'workers', 1, 256)
  const scenario = loadScenario(name)
  const folder = typeof options.out === 'string' ? options.out : `sim-${scenario.name}`
  out.note(
    `${scenario.title}: ${count} seed${count === 1 ? '' : 's'} on ${Math.min(workers, count)} thread${Math.min(workers, count) === 1 ? '' : 's'}`,
  )
  const { summary, files, kept } = await runBatch({
    scenario,
    seeds: Array.from({ length: count }, (_, i) => first + i),
    out: folder,
    workers,
    resume: options.resume === true,
    signal,
    progress: share => out.step(bar(share)),
  })
  if (kept > 0) out.note(`${kept} of ${count} seeds were there already`)
  const { metrics, coverage, effectiveReachM, notes, seeds, scenarioHash } = summary
  out.result(
    { scenario: scenario.name, scenarioHash, seeds, folder, files, metrics, coverage, effectiveReachM, notes },
    () => text(out, summary, folder),
  )
}

function bar(share: number): string {
  const full = Math.floor(share * BAR)
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${(share * 100).toFixed(0).padStart(3)} %`
}

function text(out: Output, summary: Summary, folder: string): string {
  const figure = (name: string, unit: Label['unit']) => {
    const one = summary.metrics[name]
    return one === undefined ? '–' : shownEstimate(one, unit)
  }
  const named = ({ label, unit }: Label) => (unit === '' ? label : `${label}, ${unit}`)
  const compared = Object.entries(COMPARED).map(([name, label]) => [
    named(label),
    ...['without', 'with', 'gain'].map(world => figure(`${name}.${world}`, label.unit)),
  ])
  const alone = Object.entries(PRAN_ONLY).map(([name, label]) => [named(label), figure(name, label.unit)])
  return [
    out.table(['', 'without P-RAN', 'with P-RAN', 'difference'], compared),
    out.table(['P-RAN', ''], alone),
    ...summary.notes,
    `report: ${join(folder, 'report.html')}`,
  ].join('\n')
}
