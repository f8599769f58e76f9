import type { SeedResult } from '../play/index.js'
import type { Estimate } from '../statistics/index.js'
import type { Summary } from './summarise.js'

/** Six significant digits: more would claim a precision that no run has. */
const figure = (value: number | null) => (value === null ? '' : String(Number(value.toPrecision(6))))
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, ...rows].map(row => `${row.join(',')}\r\n`).join('')
const ends = ({ mean, low, high }: Estimate) => [mean, low, high].map(figure)

/** Every table of a batch by file name (RFC 4180; no cell needs quotes). */
export function csvFiles(summary: Summary, results: readonly SeedResult[]): Record<string, string> {
  return {
    'metrics.csv': metricsCsv(summary),
    'seeds.csv': seedsCsv(results),
    'rate-cdf.csv': table(
      ['rate_mbps', 'without', 'with'],
      summary.rateCdf.without.map((share, i) => {
        return [summary.rateCdf.edges[i] ?? 0, share, summary.rateCdf.with[i] ?? 0].map(figure)
      }),
    ),
    'hops.csv': table(
      ['hops', 'without', 'with'],
      Array.from({ length: Math.max(summary.hops.with.length, summary.hops.without.length) }, (_, i) => [
        String(i),
        figure(summary.hops.without[i] ?? 0),
        figure(summary.hops.with[i] ?? 0),
      ]),
    ),
    'coverage.csv': coverageCsv(summary),
    'course.csv': courseCsv(summary),
    'map.csv': mapCsv(summary),
  }
}

function metricsCsv({ metrics }: Summary): string {
  const rows = Object.entries(metrics).map(([name, one]) => [name, ...ends(one), figure(one.sd), String(one.n)])
  return table(['metric', 'mean', 'low95', 'high95', 'sd', 'seeds'], rows)
}

function seedsCsv(results: readonly SeedResult[]): string {
  const names = Object.keys(results[0]?.metrics ?? {})
  const rows = results.map(({ seed, metrics }) => [String(seed), ...names.map(name => figure(metrics[name] ?? null))])
  return table(['seed', ...names], rows)
}

/** cov(S): also read by `conet value roi --coverage`. */
function coverageCsv({ coverage }: Summary): string {
  const rows = coverage.map(({ sharers, perKm2, reach, served, formula }) => {
    return [figure(sharers), figure(perKm2), ...ends(reach), ...ends(served), figure(formula)]
  })
  return table(
    [
      'sharers',
      'sharers_per_km2',
      'reach',
      'reach_low95',
      'reach_high95',
      'served',
      'served_low95',
      'served_high95',
      'formula',
    ],
    rows,
  )
}

function courseCsv({ series }: Summary): string {
  const names = Object.keys(series.columns)
  const rows = series.timeS.map((time, i) => [
    figure(time),
    ...names.map(name => figure(series.columns[name]?.[i] ?? null)),
  ])
  return table(['time_s', ...names], rows)
}

function mapCsv({ maps, scenario }: Summary): string {
  const { columns, rows } = maps
  const lines = maps.sinrDb.map((sinr, i) => {
    const x = (((i % columns) + 0.5) * scenario.area.widthM) / columns
    const y = ((Math.floor(i / columns) + 0.5) * scenario.area.heightM) / rows
    return [x, y, sinr, maps.without[i] ?? 0, maps.with[i] ?? 0].map(figure)
  })
  return table(['x_m', 'y_m', 'sinr_db', 'covered_without', 'covered_with'], lines)
}
