import { readFileSync } from 'node:fs'
import { loadScenario, scenarioPath, shippedScenarios } from '@conet/sim/batch'
import { EXIT } from '../exit.js'
import type { Output } from '../output.js'

/** `conet sim list`. */
export function listScenarios(out: Output): number {
  const scenarios = shippedScenarios().map(name => {
    const { title, summary, terminals, cells, durationS } = loadScenario(name)
    const count = terminals.reduce((sum, group) => sum + group.count, 0)
    return { name, title, summary, terminals: count, cells: cells.length, durationS }
  })
  out.result({ scenarios }, () =>
    out.table(
      ['name', 'what', 'terminals', 'cells', 'seconds'],
      scenarios.map(one => [one.name, one.title, String(one.terminals), String(one.cells), String(one.durationS)]),
    ),
  )
  return EXIT.ok
}

/** `conet sim show`: the file as it stands, or with `--json` the checked scenario with every default. */
export function showScenario(out: Output, name: string): number {
  const scenario = loadScenario(name)
  out.result(scenario, () => readFileSync(scenarioPath(name), 'utf8').trimEnd())
  return EXIT.ok
}
