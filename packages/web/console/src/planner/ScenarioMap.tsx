import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { type Draft, listAt, moved, round, valueAt, withValue } from './draft.js'

/** A site or a building that is being worked on. */
export interface Selected {
  readonly list: 'cells' | 'walls'
  readonly index: number
}

interface Props {
  readonly draft: Draft
  readonly selected: Selected | undefined
  readonly onSelect: (selected: Selected) => void
  readonly onChange: (draft: Draft) => void
  readonly onRemove: () => void
}

type Outline = readonly (readonly [number, number])[]
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
}

/** The draft with one site or building moved by so many metres. */
function shift(draft: Draft, { list, index }: Selected, dx: number, dy: number): Draft {
  const path = `${list}/${index}`
  if (list === 'walls') return withValue(draft, path, moved(valueAt(draft, path) as Outline, dx, dy))
  const to = (name: 'xM' | 'yM', by: number) => round(Number(valueAt(draft, `${path}/${name}`)) + by)
  return withValue(withValue(draft, `${path}/xM`, to('xM', dx)), `${path}/yM`, to('yM', dy))
}

/** North is up; metres from the south-west corner. Every site and building is a stop of the keyboard. */
export function ScenarioMap({ draft, selected, onSelect, onChange, onRemove }: Props) {
  const svg = useRef<SVGSVGElement>(null)
  const grip = useRef<{ x: number; y: number } | undefined>(undefined)
  const [width, height] = [Number(valueAt(draft, 'area/widthM')) || 1, Number(valueAt(draft, 'area/heightM')) || 1]
  const unit = Math.max(width, height) / 100

  const place = (event: PointerEvent) => {
    const matrix = svg.current?.getScreenCTM()?.inverse()
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix)
    return { x: point.x, y: height - point.y }
  }
  const handlers = (own: Selected) => ({
    tabIndex: 0,
    role: 'button',
    'aria-pressed': selected?.list === own.list && selected.index === own.index,
    onFocus: () => onSelect(own),
    onPointerDown: (event: PointerEvent) => {
      event.currentTarget.setPointerCapture(event.pointerId)
      grip.current = place(event)
      onSelect(own)
    },
    onPointerMove: (event: PointerEvent) => {
      if (grip.current === undefined) return
      const to = place(event)
      onChange(shift(draft, own, to.x - grip.current.x, to.y - grip.current.y))
      grip.current = to
    },
    onPointerUp: () => {
      grip.current = undefined
    },
    onKeyDown: (event: KeyboardEvent) => {
      const arrow = ARROWS[event.key]
      if (event.key === 'Delete' || event.key === 'Backspace') onRemove()
      else if (arrow !== undefined) onChange(shift(draft, own, arrow[0] * unit, arrow[1] * unit))
      else return
      event.preventDefault()
    },
  })
  return (
    <div className="flex justify-center bg-raised p-3">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stand around shapes */}
      <svg
        ref={svg}
        role="group"
        aria-label={`Map of ${width} by ${height} m`}
        viewBox={`${-2 * unit} ${-2 * unit} ${width + 4 * unit} ${height + 4 * unit}`}
        className="plan max-h-[34rem] w-full touch-none"
      >
        <rect className="plan-area" width={width} height={height} />
        {listAt(draft, 'walls').map((wall, index) => (
          <polygon
            // biome-ignore lint/suspicious/noArrayIndexKey: a building is known by its place in the list
            key={index}
            {...handlers({ list: 'walls', index })}
            aria-label={`Building ${index + 1}`}
            className="plan-wall"
            points={(wall as Outline).map(([x, y]) => `${x},${height - y}`).join(' ')}
          />
        ))}
        {listAt(draft, 'cells').map((cell, index) => {
          const [x, y] = [Number(valueAt(cell, 'xM')), Number(valueAt(cell, 'yM'))]
          return (
            <g
              // biome-ignore lint/suspicious/noArrayIndexKey: a site is known by its place in the list
              key={index}
              {...handlers({ list: 'cells', index })}
              aria-label={`Site ${index + 1} at ${x}, ${y} m`}
              className="plan-site"
              transform={`translate(${x || 0} ${height - (y || 0)}) scale(${unit})`}
            >
              <circle r={3} className="plan-halo" />
              <path d="M0 -2.2 L2 1.6 L-2 1.6 Z" />
            </g>
          )
        })}
      </svg>
    </div>
  )
}
