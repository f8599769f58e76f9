import { ConetError } from '@conet/core/errors'
import type { CliCommand } from '../command.js'
import { EXIT } from '../exit.js'
import { listScenarios, showScenario } from '../sim/list.js'
import { runScenarioCommand } from '../sim/run.js'
import { weakCommand } from '../sim/weak.js'

export const sim: CliCommand = {
  name: 'sim',
  summary: 'what P-RAN would bring: play a scenario with and without it',
  examples: [
    'conet sim list',
    'conet sim run city-block --seeds 10',
    'conet sim run my-town.yaml --seeds 20 --out my-town --workers 4',
    'conet sim run my-town.yaml --seeds 20 --out my-town --resume',
    'conet sim show village > my-village.yaml',
    'conet sim weak drive-test.csv --json',
  ],
  configure: command => {
    command
      .argument('<task>', 'run, list, show, or weak (weak cells from a CSV of measurements)')
      .argument('[what]', 'run, show: a scenario’s name or file (.yaml, .json); weak: the measurements')
      .option('--seeds <number>', 'run: how many seeds', '5')
      .option('--first <seed>', 'run: the first seed', '1')
      .option('--out <folder>', 'run: where results and report go (default: sim-NAME)')
      .option('--workers <number>', 'run: threads (default: all cores)')
      .option('--resume', 'run: go on with the seeds that are missing in the folder', false)
      .option('--resolution <level>', 'weak: H3 resolution of the cells, 6 to 12', '9')
      .option('--threshold <dbm>', 'weak: RSRP below which a place is weak', '-105')
      .option('--devices <number>', 'weak: distinct devices needed before a cell counts', '3')
  },
  run: async (context, [task, what], options) => {
    if (task === 'list') return listScenarios(context.out)
    if (task !== 'run' && task !== 'show' && task !== 'weak') {
      throw new ConetError('USAGE', `"${task ?? ''}" is no task of sim: use run, list, show or weak`)
    }
    if (what === undefined) throw new ConetError('USAGE', `sim ${task} needs a name or file: see conet sim list`)
    if (task === 'show') return showScenario(context.out, what)
    if (task === 'weak') return weakCommand(context.out, what, options)
    await runScenarioCommand(context, what, options)
    return EXIT.ok
  },
}
