import type { Course } from './course.js'
import type { Ink, Option } from './EChart.js'
import type { RadarView } from './panel.js'
import type { RoiView } from './roi.js'

const text = (ink: Ink) => ({ color: ink.muted, fontFamily: 'system-ui, sans-serif', fontSize: 12 })

function axis(ink: Ink, name: string, more: object = {}) {
  return {
    name,
    nameLocation: 'middle',
    nameGap: 28,
    nameTextStyle: text(ink),
    axisLabel: { ...text(ink), hideOverlap: true },
    axisLine: { lineStyle: { color: ink.muted } },
    splitLine: { lineStyle: { color: ink.line } },
    ...more,
  }
}

const legend = (ink: Ink) => ({ top: 0, left: 'center', itemGap: 18, textStyle: { ...text(ink), color: ink.ink } })

/** Delivered traffic without and with P-RAN, as the run plays. */
export const courseOption =
  (course: Course): Option =>
  ink => ({
    legend: legend(ink),
    grid: { left: 56, right: 16, top: 36, bottom: 44 },
    xAxis: axis(ink, 'time, min', { type: 'value', min: 0, max: 'dataMax' }),
    yAxis: axis(ink, 'delivered, MB', { type: 'value', min: 0, nameGap: 42 }),
    series: (['without', 'with'] as const).map((world, i) => ({
      type: 'line',
      name: `${world} P-RAN`,
      showSymbol: false,
      color: ink.series[1 - i],
      lineStyle: { width: 2, type: world === 'without' ? 'dashed' : 'solid' },
      data: course.timeS.map((time, at) => [time / 60, course[world][at]]),
    })),
  })

const DASHES = ['solid', 'dashed', 'dotted', [8, 3, 2, 3], [2, 6]] as const

/** Networks over the indicators of one player. */
export const radarOption =
  ({ axes, networks, max }: RadarView): Option =>
  ink => ({
    legend: legend(ink),
    radar: {
      center: ['50%', '56%'],
      radius: '68%',
      indicator: axes.map(name => ({ name, max, min: 0 })),
      axisName: { ...text(ink), color: ink.ink, width: 90, overflow: 'break' },
      splitNumber: max,
      splitArea: { show: false },
      splitLine: { lineStyle: { color: ink.line } },
      axisLine: { lineStyle: { color: ink.line } },
    },
    series: [
      {
        type: 'radar',
        symbolSize: 4,
        data: networks.map(({ name, values }, i) => ({
          name,
          value: values,
          itemStyle: { color: ink.series[i] },
          lineStyle: { color: ink.series[i], width: i === 0 ? 3 : 1.5, type: DASHES[i] },
          areaStyle: { opacity: i === 0 ? 0.12 : 0 },
        })),
      },
    ],
  })

/** Sum of cost and value so far. */
export const cashOption =
  ({ rows, period, currency }: RoiView): Option =>
  ink => ({
    grid: { left: 64, right: 16, top: 16, bottom: 44 },
    xAxis: axis(ink, period, { type: 'category', data: rows.map(row => String(row.period + 1)) }),
    yAxis: axis(ink, `sum so far, million ${currency}`, { type: 'value', nameGap: 48 }),
    series: [
      {
        type: 'bar',
        data: rows.map(row => ({
          value: Math.round(row.cumulative * 100) / 100,
          itemStyle: { color: ink.series[row.cumulative < 0 ? 1 : 0] },
        })),
      },
    ],
  })

/** Net present value when one factor moves to the ends of its range, widest on top. */
export const tornadoOption =
  ({ tornado, currency }: RoiView): Option =>
  ink => {
    const bars = [...tornado.bars].reverse()
    const side = (name: string, colour: string | undefined, of: (bar: (typeof bars)[number]) => number) => ({
      type: 'bar',
      name,
      stack: 'swing',
      color: colour,
      data: bars.map(bar => Math.round((of(bar) - tornado.base) * 100) / 100),
    })
    return {
      legend: legend(ink),
      grid: { left: 132, right: 20, top: 32, bottom: 44 },
      xAxis: axis(ink, `change of net present value, million ${currency}`, { type: 'value' }),
      yAxis: axis(ink, '', { type: 'category', data: bars.map(bar => bar.factor), axisLine: { show: false } }),
      series: [
        side('at its lowest', ink.series[1], bar => bar.atLow),
        side('at its highest', ink.series[0], bar => bar.atHigh),
      ],
    }
  }
