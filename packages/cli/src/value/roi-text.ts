import { type BreakEven, formatAmount, formatRatio, type Measured, type Return } from '@conet/core/valuation'
import type { Output } from '../output.js'
import type { RoiResult } from './roi.js'

/** Whole currency units, half away from zero: what people compare. */
const units = (millionths: bigint) => {
  const size = ((millionths < 0n ? -millionths : millionths) + 500_000n) / 1_000_000n
  return `${millionths < 0n && size > 0n ? '-' : ''}${size}`
}

/** The case as tables, whole currency units; JSON has millionths. */
export function roiText(out: Output, result: RoiResult): string {
  const { report } = result
  const { roi, roiDirect, roiDiscounted, m1 } = report
  return [
    `${out.bold(report.name)}${report.illustrative ? ' (illustrative numbers)' : ''}, ${report.currency}, shown in whole units`,
    periodTable(out, result),
    `value / cost: ${returnText(roi, 'valueOverCost')}; (value − cost) / cost: ${returnText(roi, 'gainOverCost')}`,
    `discounted: ${returnText(roiDiscounted, 'valueOverCost')}; ${returnText(roiDiscounted, 'gainOverCost')}`,
    `direct value alone: ${returnText(roiDirect, 'valueOverCost')}; ${returnText(roiDirect, 'gainOverCost')}`,
    `net present value: ${formatAmount(report.npv)} ${report.currency}`,
    `break-even: ${breakEvenText(report.breakEven, report.period)}; discounted: ${breakEvenText(report.breakEvenDiscounted, report.period)}`,
    `M1 (direct value short at first, positive with scale): ${m1.holds ? 'holds' : 'does not hold'}`,
    ...x1Lines(result),
    '',
    ...uncertaintyLines(out, result),
  ].join('\n')
}

function periodTable(out: Output, { report }: RoiResult): string {
  return out.table(
    [report.period, 'users', 'sharers', 'cost', 'direct', 'indirect', 'net', 'cumulative'],
    report.rows.map(row => [
      String(row.period),
      String(row.users),
      String(row.sharers),
      ...[row.cost, row.direct, row.indirect, row.net, row.cumulative].map(units),
    ]),
  )
}

function returnText(figure: Measured<Return>, convention: 'valueOverCost' | 'gainOverCost'): string {
  return figure.defined ? formatRatio(figure[convention]) : `not defined, ${figure.text}`
}

function breakEvenText({ period, lasting }: BreakEven, word: string): string {
  if (period === undefined) return 'never within the case'
  return `${word} ${period}${lasting ? '' : ', but not lasting'}`
}

function x1Lines({ x1 }: RoiResult): string[] {
  if (x1.length === 0) return []
  const count = x1.filter(holds => holds).length
  return [`X1 (each party’s value rises with the other two): holds at the end of ${count} of ${x1.length} periods`]
}

function uncertaintyLines(out: Output, { report, tornado, simulation, seed }: RoiResult): string[] {
  if (!simulation.defined) return [`no uncertainty: ${simulation.text}`]
  const rho = new Map(
    simulation.influence.map(({ factor, rank }) => [factor, rank.defined ? rank.rho.toFixed(2) : '–']),
  )
  const rows = tornado.bars.map(bar => [
    bar.factor,
    units(bar.atLow),
    units(bar.atHigh),
    units(bar.swing),
    rho.get(bar.factor) ?? '–',
  ])
  return [
    out.table(['factor', 'NPV at low', 'NPV at high', 'swing', 'rank corr.'], rows),
    `${simulation.draws} draws, seed ${seed}: mean ${units(simulation.mean)}, 5 % ${units(simulation.p5)}, median ${units(simulation.p50)}, 95 % ${units(simulation.p95)} ${report.currency}`,
    `net present value not negative in ${formatRatio(simulation.notNegativePpm)} of the draws`,
  ]
}
