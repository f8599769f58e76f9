import type { EChartsCoreOption } from 'echarts/core'
import type { Summary } from './summarise.js'

/** Colours of a light page; a page may replace them, so each is used for one thing only. */
export const COLOURS = {
  ink: '#1c1d22',
  muted: '#5d6170',
  grid: '#d9dbe3',
  without: '#b4540a',
  with: '#0b7468',
  third: '#4a3fc4',
} as const

export interface Chart {
  readonly title: string
  /** One sentence that says what is seen. */
  readonly caption: string
  option(summary: Summary): EChartsCoreOption
}

const FONT = { fontFamily: 'system-ui, sans-serif', fontSize: 13 } as const
const text = { color: COLOURS.muted, ...FONT }

function axis(name: string, more: object = {}) {
  return {
    name,
    nameLocation: 'middle',
    nameGap: 30,
    nameTextStyle: text,
    axisLabel: { ...text, fontSize: 12, hideOverlap: true },
    axisLine: { onZero: false, lineStyle: { color: COLOURS.muted } },
    axisTick: { lineStyle: { color: COLOURS.muted } },
    splitLine: { lineStyle: { color: COLOURS.grid } },
    ...more,
  }
}

function frame(x: object, y: object, series: readonly object[]): EChartsCoreOption {
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: FONT,
    // Letters are wider on some systems than echarts assumes: room beside each name.
    legend: {
      top: 0,
      left: 'center',
      itemGap: 30,
      itemWidth: 16,
      itemHeight: 9,
      textStyle: { ...FONT, color: COLOURS.ink },
    },
    grid: { left: 58, right: 18, top: 40, bottom: 48 },
    xAxis: x,
    yAxis: y,
    series,
  }
}

const percent = { type: 'value', min: 0, max: 100 }
const value = { type: 'value' }

function line(name: string, colour: string, data: readonly (readonly (number | null)[])[], more: object = {}) {
  return { type: 'line', name, data, showSymbol: false, color: colour, lineStyle: { color: colour, width: 2 }, ...more }
}

const hundred = (share: number) => Math.round(share * 10_000) / 100

function rateCdf({ rateCdf: { edges, without, with: together } }: Summary): EChartsCoreOption {
  const points = (shares: readonly number[]) =>
    shares.map((share, i) => [Math.max(0.01, edges[i + 1] ?? 10_000), hundred(share)])
  const log = { type: 'log', min: 0.01, max: 1_000 }
  return frame(axis('rate of a user, Mbit/s', log), axis('users at or below, %', { ...percent, nameGap: 40 }), [
    line('without P-RAN', COLOURS.without, points(without)),
    line('with P-RAN', COLOURS.with, points(together)),
  ])
}

function hops({ hops: { without, with: together } }: Summary): EChartsCoreOption {
  const length = Math.max(without.length, together.length)
  const names = Array.from({ length }, (_, i) => (i === 0 ? 'none' : String(i)))
  const bars = (shares: readonly number[]) => names.map((_, i) => hundred(shares[i] ?? 0))
  return frame(
    axis('hops to the cell', { type: 'category', data: names }),
    axis('terminals, %', { ...percent, nameGap: 40 }),
    [
      { type: 'bar', name: 'without P-RAN', color: COLOURS.without, data: bars(without) },
      { type: 'bar', name: 'with P-RAN', color: COLOURS.with, data: bars(together) },
    ],
  )
}

function sinrCdf({ sinrCdf: { edges, share } }: Summary): EChartsCoreOption {
  const points = share.map((sum, i) => [edges[i + 1] ?? 60, hundred(sum)])
  const x = axis('SINR of the best cell, dB', { ...value, min: -20, max: 60 })
  return frame(x, axis('terminals at or below, %', { ...percent, nameGap: 40 }), [
    line('best cell', COLOURS.third, points),
  ])
}

function coverage({ coverage: rows }: Summary): EChartsCoreOption {
  const reach = rows.map(row => [row.sharers, hundred(row.reach.mean)])
  const bars = rows.map(row => [
    row.sharers,
    hundred(row.reach.low ?? row.reach.mean),
    hundred(row.reach.high ?? row.reach.mean),
  ])
  const x = axis('sharers in the area', { ...value, min: 0 })
  return frame(x, axis('terminals, %', { ...percent, nameGap: 40 }), [
    line('hear a sharer', COLOURS.with, reach, { showSymbol: true, symbolSize: 6 }),
    line(
      'formula',
      COLOURS.third,
      rows.map(row => [row.sharers, hundred(row.formula)]),
      {
        smooth: true,
        lineStyle: { color: COLOURS.third, width: 2, type: 'dashed' },
      },
    ),
    line(
      'have service',
      COLOURS.without,
      rows.map(row => [row.sharers, hundred(row.served.mean)]),
    ),
    { type: 'custom', data: bars, color: COLOURS.with, renderItem: whisker, silent: true },
  ])
}

/** The bit of echarts' API that a confidence interval is drawn with. */
interface Drawing {
  value(index: number): number
  coord(point: readonly number[]): number[]
}

/** Confidence interval of one point, as a vertical line. */
function whisker(_: unknown, api: Drawing) {
  const [x = 0, low = 0] = api.coord([api.value(0), api.value(1)])
  const [, high = 0] = api.coord([api.value(0), api.value(2)])
  return { type: 'line', shape: { x1: x, y1: low, x2: x, y2: high }, style: { stroke: COLOURS.with, lineWidth: 1.5 } }
}

function course({ series }: Summary): EChartsCoreOption {
  const points = (name: string) => series.timeS.map((time, i) => [time / 60, hundred(series.columns[name]?.[i] ?? 0)])
  const x = axis('time, min', { ...value, min: 0 })
  return frame(x, axis('terminals with service, %', { ...percent, nameGap: 40 }), [
    line('without P-RAN', COLOURS.without, points('coverageWithout')),
    line('with P-RAN', COLOURS.with, points('coverageWith')),
  ])
}

function sharers({ series }: Summary): EChartsCoreOption {
  const points = (name: string) => series.timeS.map((time, i) => [time / 60, series.columns[name]?.[i] ?? 0])
  const x = axis('time, min', { ...value, min: 0 })
  return frame(x, axis('count', { ...value, min: 0, nameGap: 40 }), [
    line('sharers that relay', COLOURS.with, points('sharersActive')),
    line('users served', COLOURS.third, points('users')),
  ])
}

function income({ incomeDeciles }: Summary): EChartsCoreOption {
  const x = axis('paid sharers, %', { ...value, min: 0, max: 100 })
  const points = incomeDeciles.map((credits, i) => [10 * i, credits])
  return frame(x, axis('earned at most, credits', { ...value, min: 0, nameGap: 44 }), [
    line('income of one sharer', COLOURS.with, points, { showSymbol: true, symbolSize: 6 }),
  ])
}

function money({ series }: Summary): EChartsCoreOption {
  const points = (name: string) => series.timeS.map((time, i) => [time / 60, series.columns[name]?.[i] ?? 0])
  const x = axis('time, min', { ...value, min: 0 })
  return frame(x, axis('credits', { ...value, min: 0, nameGap: 44 }), [
    line('left in the pool', COLOURS.third, points('pool')),
    line('earned by sharers', COLOURS.with, points('earned')),
  ])
}

/** Every chart of a report, in its order. */
export const CHARTS = {
  rates: {
    title: 'Rates of users',
    caption: 'Share of users whose rate in a step is at or below a value; far left are those without service.',
    option: rateCdf,
  },
  course: { title: 'Coverage over time', caption: 'Share of the terminals that could have service.', option: course },
  hops: {
    title: 'Hops to the cell',
    caption: 'Terminals by the hops of their best way; “none” has no service.',
    option: hops,
  },
  sinr: {
    title: 'Signal of the best cell',
    caption: 'SINR of the strongest cell over all terminals.',
    option: sinrCdf,
  },
  coverage: {
    title: 'Coverage against the number of sharers',
    caption: 'Share of the terminals that hear a sharer with service, with 95 % intervals, beside 1 − e^(−λπr²).',
    option: coverage,
  },
  sharers: { title: 'Sharers and users', caption: 'Who relays and who is being served.', option: sharers },
  income: {
    title: 'Income of sharers',
    caption: 'Deciles over the sharers who earned anything, fees and rewards together.',
    option: income,
  },
  money: { title: 'Money', caption: 'What is left in the reward pool and what sharers have earned.', option: money },
} as const satisfies Readonly<Record<string, Chart>>

export type ChartName = keyof typeof CHARTS
export const CHART_NAMES = Object.keys(CHARTS) as ChartName[]
