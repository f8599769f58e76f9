import { stringify } from 'yaml'
import type { Estimate } from '../statistics/index.js'
import { CHART_NAMES, CHARTS, type ChartName, COLOURS } from './chart-options.js'
import { chartSvg } from './charts.js'
import { COMPARED, type Label, PRAN_ONLY, shown } from './labels.js'
import { MAP_NAMES, type MapName, mapPng, SINR_SCALE_DB, scaleCss } from './png.js'
import { STYLE } from './style.js'
import type { Summary } from './summarise.js'

const plain = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Every picture of a report, drawn once. */
export interface Pictures {
  readonly maps: Readonly<Record<MapName, Uint8Array>>
  readonly charts: Readonly<Record<ChartName, string>>
}

export function drawPictures(summary: Summary): Pictures {
  const maps = MAP_NAMES.map(name => [name, mapPng(summary, name)] as const)
  const charts = CHART_NAMES.map(name => [name, chartSvg(summary, name)] as const)
  return {
    maps: Object.fromEntries(maps) as Record<MapName, Uint8Array>,
    charts: Object.fromEntries(charts) as Record<ChartName, string>,
  }
}

/** The whole report in one file: pictures inside, no script, nothing from a network. */
export function reportHtml(summary: Summary, pictures = drawPictures(summary)): string {
  const { scenario, seeds } = summary
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">`,
    `<title>${plain(scenario.title)}: with and without P-RAN</title><style>${STYLE}</style></head><body><main>`,
    `<h1>${plain(scenario.title)}: with and without P-RAN</h1><p>${plain(scenario.summary)}</p>`,
    `<p class="muted small">${people(summary)} terminals, ${scenario.durationS} s in steps of ${scenario.stepS} s, ${seeds.length} seed${seeds.length === 1 ? '' : 's'} (${seedText(seeds)}). Figures are means over seeds; in brackets 95 % confidence intervals (Student’s t). A simulation: its radio is a model, its people are assumed.</p>`,
    ...summary.notes.map(note => `<p class="note">${plain(note)}</p>`),
    tiles(summary),
    '<h2>Side by side</h2>',
    comparison(summary),
    '<h2>Where there is service</h2>',
    maps(summary, pictures),
    '<h2>In detail</h2>',
    `<div class="grid">${CHART_NAMES.map(name => chart(pictures, name)).join('')}</div>`,
    '<h2>Sharers, money, sessions</h2>',
    pranTable(summary),
    coverageText(summary),
    `<details><summary>The scenario as it was played</summary><pre>${plain(stringify(brief(summary)))}</pre></details>`,
    `<p class="muted small">Scenario ${summary.scenarioHash.slice(0, 16)}. Relayed traffic was carried by the machines of the rounds room and settled on the ledger application, whose invariants were checked after every block.</p>`,
    '</main></body></html>\n',
  ].join('\n')
}

function people({ scenario }: Summary): number {
  return scenario.terminals.reduce((sum, group) => sum + group.count, 0)
}

function seedText(seeds: readonly number[]): string {
  const [first = 0] = seeds
  const last = seeds.at(-1) ?? first
  const inRow = seeds.every((seed, i) => seed === first + i)
  return inRow ? (first === last ? String(first) : `${first} to ${last}`) : seeds.join(', ')
}

function tiles({ metrics }: Summary): string {
  const tile = (name: string, label: string, unit: Label['unit'], sign = false) => {
    const one = metrics[name]
    if (one === undefined) return ''
    const suffix = unit === '' ? '' : ` ${unit === '%' && sign ? 'points' : unit}`
    return `<div class="tile"><span class="small muted">${label}</span><b>${sign && one.mean > 0 ? '+' : ''}${shown(one.mean, unit)}<span class="small">${suffix}</span></b>${interval(one, unit)}</div>`
  }
  return `<div class="tiles">${[
    tile('coverage.gain', 'coverage gained', '%', true),
    tile('delivered.gain', 'delivery gained', '%', true),
    tile('offload', 'carried by sharers', '%'),
    tile('energyNjPerBit.gain', 'energy per bit', 'nJ/bit', true),
    tile('income.mean', 'income of a sharer', 'credits'),
  ].join('')}</div>`
}

function interval({ low, high }: Estimate, unit: Label['unit']): string {
  if (low === null || high === null) return ''
  return `<small class="muted">${shown(low, unit)} to ${shown(high, unit)}</small>`
}

function cell(one: Estimate | undefined, unit: Label['unit']): string {
  if (one === undefined) return '<td>–</td>'
  return `<td>${shown(one.mean, unit)}${interval(one, unit)}</td>`
}

function comparison({ metrics }: Summary): string {
  const rows = Object.entries(COMPARED).map(([name, { label, unit, note }]) => {
    const head = `<th scope="row">${label}${unit === '' ? '' : `, ${unit}`}<small>${note}</small></th>`
    const cells = ['without', 'with', 'gain'].map(world => cell(metrics[`${name}.${world}`], unit)).join('')
    return `<tr>${head}${cells}</tr>`
  })
  const head = '<tr><th></th><th>without</th><th>with</th><th>difference</th></tr>'
  return `<div class="card scroll"><table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table></div>`
}

function pranTable({ metrics }: Summary): string {
  const rows = Object.entries(PRAN_ONLY).map(([name, { label, unit, note }]) => {
    return `<tr><th scope="row">${label}${unit === '' ? '' : `, ${unit}`}<small>${note}</small></th>${cell(metrics[name], unit)}</tr>`
  })
  return `<div class="card scroll"><table><thead><tr><th></th><th>with P-RAN</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function maps(summary: Summary, pictures: Pictures): string {
  const where =
    summary.scenario.walls.length > 0 ? 'where it stands' : summary.scenario.map.indoors ? 'indoors' : 'outdoors'
  const figure = (name: MapName, title: string, low: string, high: string) => {
    const data = Buffer.from(pictures.maps[name]).toString('base64')
    const bar = `<div class="scale" style="background:linear-gradient(90deg, ${scaleCss()})"></div><div class="ends small muted"><span>${low}</span><span>${high}</span></div>`
    return `<div class="card"><h3>${title}</h3><img alt="${title}, a map of the area" src="data:image/png;base64,${data}">${bar}</div>`
  }
  return [
    `<p class="small muted">North is up; sites are white discs. Mean over seeds and twenty looks, for a terminal ${where}.</p><div class="grid maps">`,
    figure('coverage-without', 'Service without P-RAN', 'never', 'always'),
    figure('coverage-with', 'Service with P-RAN', 'never', 'always'),
    figure('sinr', 'SINR of the best cell', `${SINR_SCALE_DB.low} dB`, `${SINR_SCALE_DB.high} dB`),
    '</div>',
  ].join('')
}

/** Charts are drawn in a light page's colours; inside the page they follow the reader's. */
function chart(pictures: Pictures, name: ChartName): string {
  const { title, caption } = CHARTS[name]
  let svg = pictures.charts[name]
  for (const [role, colour] of Object.entries(COLOURS)) svg = svg.replaceAll(colour, `var(--${role})`)
  return `<div class="card"><h3>${title}</h3><span class="small muted">${caption}</span>${svg}</div>`
}

function coverageText({ effectiveReachM, coverage }: Summary): string {
  const most = coverage.at(-1)
  if (effectiveReachM === null || most === undefined) return '<p>No sharer was heard by anyone.</p>'
  return `<p>Sharers reach as far as a disc of <b>${effectiveReachM} m</b> would: 1 − e^(−λπr²) with this r comes nearest to what was measured. If all ${shown(most.sharers, '')} owners shared, ${shown(most.reach.mean, '%')} % of the terminals would hear one (${shown(most.perKm2, '')} per km²). <code>coverage.csv</code> hands the curve to <code>conet value roi --coverage</code>.</p>`
}

/** Sites, walls and tracks from files would fill pages. */
function brief({ scenario }: Summary): object {
  const short = (list: readonly unknown[], what: string) => (list.length > 12 ? `${list.length} ${what}` : list)
  return {
    ...scenario,
    cells: short(scenario.cells, 'sites'),
    walls: short(scenario.walls, 'buildings'),
    tracks: scenario.tracks.length > 0 ? `${scenario.tracks.length} tracks` : [],
  }
}
