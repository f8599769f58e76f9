import { BarChart, CustomChart, LineChart, RadarChart } from 'echarts/charts'
import { GridComponent, LegendComponent, RadarComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { useIsDark } from '../hooks/theme.js'

use([
  BarChart,
  LineChart,
  CustomChart,
  RadarChart,
  GridComponent,
  LegendComponent,
  RadarComponent,
  CanvasRenderer,
  SVGRenderer,
])

/** Colours of a chart, from the page's own. */
export interface Ink {
  readonly ink: string
  readonly muted: string
  readonly line: string
  readonly series: readonly string[]
}

export const LIGHT: Ink = {
  ink: '#14202b',
  muted: '#516170',
  line: '#d5dde4',
  series: ['#0a6484', '#b4540a', '#4a3fc4', '#6b7a12', '#a8237a'],
}
export const DARK: Ink = {
  ink: '#e4ebf1',
  muted: '#9fb0be',
  line: '#2c3944',
  series: ['#5cbfe0', '#f0994c', '#a49bff', '#b9c94f', '#f08ac6'],
}

export type Option = (ink: Ink) => EChartsCoreOption

/** A chart as an SVG file, on a light page. */
export function optionSvg(option: Option): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 560, height: 380 })
  chart.setOption({ ...option(LIGHT), animation: false })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}

/** A chart as a PNG file, on white. */
export function optionPng(option: Option): Promise<Blob> {
  const chart = init(document.createElement('canvas'), null, { width: 840, height: 570, devicePixelRatio: 1 })
  chart.setOption({ ...option(LIGHT), animation: false, backgroundColor: '#ffffff' })
  const canvas = chart.renderToCanvas()
  return new Promise((resolve, reject) => {
    canvas.toBlob(blob => {
      chart.dispose()
      if (blob === null) reject(new Error('The browser could not draw this picture.'))
      else resolve(blob)
    }, 'image/png')
  })
}

interface Props {
  /** What is seen, in words. */
  readonly label: string
  readonly option: Option
  readonly tall?: boolean
}

/** A chart drawn on a canvas: the page's policy allows no inline styles, which an SVG of echarts has. */
export function EChart({ label, option, tall = false }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const dark = useIsDark()
  useEffect(() => {
    if (host.current === null) return
    const chart = init(host.current, null, { renderer: 'canvas' })
    chart.setOption({ ...option(dark ? DARK : LIGHT), animation: false })
    const watch = new ResizeObserver(() => chart.resize())
    watch.observe(host.current)
    return () => {
      watch.disconnect()
      chart.dispose()
    }
  }, [option, dark])
  return <div ref={host} role="img" aria-label={label} className={`w-full ${tall ? 'h-96' : 'h-72'}`} />
}
