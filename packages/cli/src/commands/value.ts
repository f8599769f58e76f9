import { ConetError } from '@conet/core/errors'
import type { CliCommand } from '../command.js'
import { evaluate } from '../value/evaluate.js'
import { roi } from '../value/roi.js'

const TASKS = { evaluate, roi } as const

export const value: CliCommand = {
  name: 'value',
  summary: 'does P-RAN pay: evaluate an expert panel, or an operator’s case',
  examples: [
    'conet value evaluate vectors/panels/synthetic-reference.csv',
    'conet value evaluate panel.csv --mode median --weights entropy --json',
    'conet value evaluate panel.csv --weights ahp --ahp comparisons.json',
    'conet value roi vectors/valuation-case.json --seed 7 --draws 5000',
    'conet value roi case.yaml --coverage sim-city-block/coverage.csv --json',
  ],
  configure: command => {
    command
      .argument('<task>', 'evaluate (a panel, CSV) or roi (a case, YAML or JSON)')
      .argument('<file>', 'the panel or the case')
      .option('--mode <name>', 'evaluate: mean (the paper’s), median or trimmed', 'mean')
      .option('--weights <name>', 'evaluate: equal (the paper’s), importance, entropy or ahp', 'equal')
      .option('--ahp <file>', 'evaluate: pairwise comparisons, JSON: {"user": {"criteria": […], "upper": [[…], …]}}')
      .option('--missing <what>', 'evaluate: refuse a panel with missing answers, or omit them and say so', 'refuse')
      .option('--scale <points>', 'evaluate: scale of the answers', '1-5')
      .option(
        '--coverage <file>',
        'roi: coverage in place of the formula: coverage.csv of conet sim run, or JSON [[sharers, share], …]',
      )
      .option('--seed <number>', 'roi: seed of the draws', '1')
      .option('--draws <number>', 'roi: draws of the uncertain factors, 100 to 100000', '2000')
  },
  run: async (context, [task, file], options) => {
    if (task !== 'evaluate' && task !== 'roi')
      throw new ConetError('USAGE', `"${task ?? ''}" is no task of value: use evaluate or roi`)
    TASKS[task](context.out, file ?? '', options)
    return 0
  },
}
