import type { Frame, Maps, Scenario } from '@conet/sim'
import { useEffect, useRef, useState } from 'react'
import { useIsDark } from '../hooks/theme.js'
import { serviceOf } from './course.js'
import { type Background, drawMap, INKS } from './draw-map.js'

interface Props {
  readonly scenario: Scenario
  readonly frame: Frame | undefined
  /** Of a finished run. */
  readonly maps: Maps | undefined
}

const BACKGROUNDS: Readonly<Record<Background, string>> = {
  none: 'none',
  without: 'coverage without P-RAN',
  with: 'coverage with P-RAN',
}

const LEGEND = [
  ['●', 'over the cell'],
  ['◆', 'over a sharer'],
  ['✕', 'no service'],
  ['○', 'ring: relays for others'],
  ['▲', 'site'],
] as const

function description(scenario: Scenario, frame: Frame | undefined): string {
  if (frame === undefined) return `Map of ${scenario.title} with ${scenario.cells.length} sites; nothing played yet`
  const service = serviceOf(frame, scenario.relay.serviceMbps)
  const count = (kind: string) => service.filter(one => one === kind).length
  return `Map at ${frame.timeS} s: ${count('direct')} terminals over the cell, ${count('relayed')} over a sharer, ${count('none')} without service`
}

/** Terminals with their links, at one moment. Shapes tell them apart, colours repeat it. */
export function RunMap({ scenario, frame, maps }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [wide, setWide] = useState(640)
  const [background, setBackground] = useState<Background>('none')
  const dark = useIsDark()
  const { widthM, heightM } = scenario.area
  const height = Math.min(620, (wide * heightM) / widthM)
  useEffect(() => {
    const parent = canvas.current?.parentElement
    if (parent === null || parent === undefined) return
    const watch = new ResizeObserver(([entry]) => setWide(Math.max(200, entry?.contentRect.width ?? 640)))
    watch.observe(parent)
    return () => watch.disconnect()
  }, [])
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context === null || context === undefined) return
    const scale = devicePixelRatio
    context.canvas.width = Math.round(wide * scale)
    context.canvas.height = Math.round(height * scale)
    context.scale(scale, scale)
    drawMap(context, { scenario, frame, maps, background, ink: dark ? INKS.dark : INKS.light, wide, height })
  }, [scenario, frame, maps, background, dark, wide, height])
  return (
    <div className="p-3">
      <div className="min-w-0">
        <canvas
          ref={canvas}
          role="img"
          aria-label={description(scenario, frame)}
          className="block aspect-auto w-full"
        />
      </div>
      <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-sm">
        {LEGEND.map(([sign, meaning]) => (
          <li key={meaning}>
            <span aria-hidden="true">{sign}</span> {meaning}
          </li>
        ))}
      </ul>
      {maps !== undefined && (
        <label className="mt-2 flex flex-wrap items-center gap-2 text-sm">
          Background
          <select
            className="field max-w-64"
            value={background}
            onChange={event => setBackground(event.target.value as Background)}
          >
            {Object.entries(BACKGROUNDS).map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  )
}
