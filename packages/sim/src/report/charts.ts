import { BarChart, CustomChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { CHARTS, type Chart, type ChartName } from './chart-options.js'
import type { Summary } from './summarise.js'

use([BarChart, LineChart, CustomChart, GridComponent, LegendComponent, SVGRenderer])

/** Small enough that its letters can be read on a phone, drawn as wide as the page allows. */
const SIZE = { width: 420, height: 300 } as const

/** A chart as an SVG file, in the colours of a light page. No DOM, no clock, no network. */
export function chartSvg(summary: Summary, name: ChartName): string {
  const chart: Chart = CHARTS[name]
  const canvas = init(null, null, { renderer: 'svg', ssr: true, ...SIZE })
  canvas.setOption(chart.option(summary))
  const svg = canvas.renderToSVGString()
  canvas.dispose()
  return plain(svg)
}

/** echarts numbers its classes and clips over the life of the process: renumbered, the same chart has the same bytes. */
function plain(svg: string): string {
  const names = new Map<string, string>()
  return svg.replace(/zr\d+-[a-z]+-?\d*/g, found => {
    const known = names.get(found) ?? `c${names.size}`
    names.set(found, known)
    return known
  })
}
