import { ConetError } from '@conet/core/errors'
import { AGGREGATES, evaluatePanel, parsePanel, type Scale, WEIGHINGS } from '@conet/core/valuation'
import type { Output } from '../output.js'
import { readComparisons } from './comparisons.js'
import { evaluationText } from './evaluate-text.js'
import { choice, type Options, readText } from './read.js'

/** `conet value evaluate PANEL.csv`. @throws ConetError of files and options; ValuationError of the panel */
export function evaluate(out: Output, file: string, options: Options): void {
  const missing = choice(options, 'missing', ['refuse', 'omit'] as const)
  const panel = parsePanel(readText(file), { missing, scale: scaleOf(options.scale) })
  const result = evaluatePanel(panel, {
    mode: choice(options, 'mode', AGGREGATES),
    weighing: choice(options, 'weights', WEIGHINGS),
    ...(options.ahp === undefined ? {} : { comparisons: readComparisons(String(options.ahp)) }),
  })
  out.result(result, () => evaluationText(out, result))
}

function scaleOf(value: unknown): Scale {
  const parts = /^(\d{1,2})-(\d{1,3})$/.exec(String(value))
  if (parts === null) throw new ConetError('USAGE', `--scale is "${String(value)}": write it as 1-5`)
  return { min: Number(parts[1]), max: Number(parts[2]) }
}
