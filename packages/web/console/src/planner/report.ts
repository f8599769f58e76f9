import type { Evaluation } from '@conet/core/valuation'
import type { Scenario } from '@conet/sim'
import { CHART_NAMES, CHARTS, COMPARED, chartSvg, PRAN_ONLY, type Summary, shown } from '@conet/sim/page'
import { stringify } from 'yaml'
import { comparedPlayers, noteText, radarView } from './panel.js'
import type { RoiView } from './roi.js'

export interface ReportInput {
  /** The one that was played, else the one under edit. */
  readonly scenario: Scenario | undefined
  readonly summary: Summary | undefined
  readonly evaluation: Evaluation
  readonly illustrativePanel: boolean
  readonly roi: RoiView
  /** The return counts with the measured coverage. */
  readonly coupled: boolean
  /** SVG by name: `radar-…`, `cash`, `tornado`. */
  readonly charts: Readonly<Record<string, string>>
}

const STYLE = `:root { color-scheme: light; } body { margin: 0 auto; max-width: 1000px; padding: 24px 16px 48px; color: #14202b;
font: 16px/1.5 system-ui, sans-serif; } h1 { font-size: 1.6rem; line-height: 1.2; } h2 { margin-top: 2rem; font-size: 1.25rem; }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid #d5dde4; padding: 6px 8px; text-align: right; }
th:first-child { text-align: left; } thead th { color: #516170; font-weight: 500; } .note { border-left: 4px solid #845400; padding: 4px 12px; }
.muted { color: #516170; } .grid { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
svg { max-width: 100%; height: auto; } figure { margin: 0; } pre { overflow-x: auto; font-size: 0.8rem; background: #f4f6f8; padding: 12px; }
.scroll { overflow-x: auto; } caption { text-align: left; font-weight: 500; padding: 8px 0; }`

const plain = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = ([name = '', ...cells]: readonly string[]) =>
    `<tr><th scope="row">${plain(name)}</th>${cells.map(cell => `<td>${plain(cell)}</td>`).join('')}</tr>`
  const heads = head.map(name => `<th scope="col">${plain(name)}</th>`).join('')
  return `<div class="scroll"><table><caption>${plain(caption)}</caption><thead><tr>${heads}</tr></thead><tbody>${rows.map(row).join('')}</tbody></table></div>`
}

const note = (text: string) => `<p class="note">${plain(text)}</p>`
const figure = (title: string, svg: string) => `<figure><figcaption>${plain(title)}</figcaption>${svg}</figure>`

/** The planner's report in one file: pictures inside, no script, nothing from a network. */
export function reportHtml(input: ReportInput): string {
  const title = `P-RAN for ${input.scenario?.title ?? 'an operator'}`
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${plain(title)}</title><style>${STYLE}</style></head><body><main><h1>${plain(title)}</h1>`,
    input.scenario === undefined ? '' : `<p>${plain(input.scenario.summary)}</p>`,
    runPart(input.summary),
    panelPart(input),
    roiPart(input),
    input.scenario === undefined
      ? ''
      : `<details><summary>The scenario</summary><pre>${plain(stringify({ ...input.scenario, tracks: `${input.scenario.tracks.length} tracks` }))}</pre></details>`,
    '</main></body></html>\n',
  ].join('\n')
}

function runPart(summary: Summary | undefined): string {
  if (summary === undefined) return '<h2>Run</h2><p class="muted">No run was finished before this report.</p>'
  const value = (name: string, unit: (typeof COMPARED)[string]['unit']) => {
    const mean = summary.metrics[name]?.mean
    return mean === undefined ? '–' : shown(mean, unit)
  }
  const heading = (label: string, unit: string) => (unit === '' ? label : `${label}, ${unit}`)
  const both = Object.entries(COMPARED).map(([name, { label, unit }]) => [
    heading(label, unit),
    ...['without', 'with', 'gain'].map(world => value(`${name}.${world}`, unit)),
  ])
  const only = Object.entries(PRAN_ONLY).map(([name, { label, unit }]) => [heading(label, unit), value(name, unit)])
  return [
    `<h2>Run</h2><p>A simulation, seed ${summary.seeds.join(', ')}: its radio is a model, its people are assumed.</p>`,
    ...summary.notes.map(note),
    table('Without and with P-RAN', ['Measure', 'without', 'with', 'difference'], both),
    table('Sharers, money, sessions', ['Measure', 'with'], only),
    `<div class="grid">${CHART_NAMES.map(name => figure(CHARTS[name].title, chartSvg(summary, name))).join('')}</div>`,
  ].join('\n')
}

function panelPart({ evaluation, illustrativePanel, charts }: ReportInput): string {
  const parts = comparedPlayers(evaluation).map(({ scores }) => {
    const rows = radarView(evaluation, scores.player, 'secondary').networks.map(one => [
      one.name,
      String(one.rank),
      one.overall.toFixed(2),
      one.meanRadius.toFixed(2),
    ])
    return [
      `<h3>${plain(scores.name)}</h3>`,
      charts[`radar-${scores.player}`] ?? '',
      table('Networks compared', ['Network', 'rank', 'weighted mean', 'radar, order-free mean'], rows),
    ].join('')
  })
  return [
    '<h2>Value for each player</h2>',
    illustrativePanel ? note('Illustrative: a synthetic panel, made up to show the method; no expert was asked.') : '',
    ...parts,
    `<ul class="muted">${evaluation.notes.map(one => `<li>${plain(noteText(one))} (${one.code})</li>`).join('')}</ul>`,
  ].join('\n')
}

function roiPart({ roi, coupled, charts }: ReportInput): string {
  const rows = [
    [`Net present value, ${roi.currency}`, roi.npv],
    ['ROI: value / cost', roi.valueOverCost],
    ['ROI: (value − cost) / cost', roi.gainOverCost],
    ['Break-even', roi.breakEven],
    ['Break-even, discounted', roi.breakEvenDiscounted],
    [`5 % to 95 %, ${roi.currency}`, roi.range],
    ['Draws that are not negative', roi.notNegative],
  ]
  return [
    `<h2>Does it pay</h2><p>${plain(roi.name)}. Coverage: ${coupled ? 'measured by the run above' : 'the formula of the case'}.</p>`,
    roi.illustrative ? note('Illustrative: the numbers of this case are made up to show the method.') : '',
    table('Return', ['Figure', 'value'], rows),
    `<div class="grid">${figure('Cost and value so far', charts.cash ?? '')}${figure('What moves it most', charts.tornado ?? '')}</div>`,
  ].join('\n')
}
