import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import type { Sample } from '../api/activity.js'
import { formatRate } from '../format/bytes.js'
import { formatClock } from '../format/time.js'

const HEIGHT = 232
const WINDOW_S = 120

/** The last two minutes up to the newest point; up to now while there is none. */
function windowTo(newest: number): [number, number] {
  const end = newest > WINDOW_S ? newest : Date.now() / 1_000
  return [end - WINDOW_S, end]
}

type Data = [number[], number[], number[]]

function toData(samples: readonly Sample[]): Data {
  return [samples.map(s => s.at), samples.map(s => s.down), samples.map(s => s.up)]
}

/** Colours come from the theme in force, read once per chart. */
function options(width: number): UPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } }
  const font = `12px ${getComputedStyle(document.body).fontFamily}`
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [12, 8, 0, 0],
    scales: {
      x: { time: false, range: u => windowTo(u.data[0].at(-1) ?? 0) },
      y: { range: (_u, _min, max) => [0, Math.max(max * 1.15, 1_000)] },
    },
    axes: [
      { ...axis, font, space: 90, values: (_u, ticks) => ticks.map(at => formatClock(at * 1_000)) },
      { ...axis, font, size: 82, space: 44, values: (_u, ticks) => ticks.map(formatRate) },
    ],
    series: [
      {},
      { label: 'Down', stroke: colour('--accent'), width: 2, points: { show: false } },
      { label: 'Up', stroke: colour('--muted'), width: 1.5, dash: [5, 4], points: { show: false } },
    ],
  }
}

interface Props {
  readonly samples: readonly Sample[]
  /** Redraws with other colours when it changes. */
  readonly dark: boolean
}

/** Throughput of the last two minutes. A picture: the words beside it carry the same figures. */
export function Chart({ samples, dark }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `dark` changes the colours that options() reads from the page.
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const made = new UPlot(options(element.clientWidth), [[], [], []], element)
    plot.current = made
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }))
    resize.observe(element)
    return () => {
      resize.disconnect()
      made.destroy()
    }
  }, [dark])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart made anew for `dark` needs its data again.
  useEffect(() => plot.current?.setData(toData(samples)), [samples, dark])
  return <div ref={box} aria-hidden="true" className="h-58 min-w-0 overflow-hidden" />
}
