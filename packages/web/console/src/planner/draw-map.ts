import type { Frame, Maps, Scenario } from '@conet/sim'
import { type Service, serviceOf } from './course.js'

export type Background = 'none' | 'without' | 'with'

/** Colours of the map, light or dark. */
interface MapInk {
  readonly ground: string
  readonly wall: string
  readonly site: string
  readonly service: Readonly<Record<Service, string>>
  readonly link: string
  readonly covered: string
}

export const INKS: Readonly<Record<'light' | 'dark', MapInk>> = {
  light: {
    ground: '#ffffff',
    wall: '#c6ced6',
    site: '#14202b',
    service: { direct: '#0a6484', relayed: '#b4540a', none: '#7a8794' },
    link: '#b4540a',
    covered: '#0a6484',
  },
  dark: {
    ground: '#0e1419',
    wall: '#33424f',
    site: '#e4ebf1',
    service: { direct: '#5cbfe0', relayed: '#f0994c', none: '#8796a3' },
    link: '#f0994c',
    covered: '#5cbfe0',
  },
}

export interface Picture {
  readonly scenario: Scenario
  readonly frame: Frame | undefined
  readonly maps: Maps | undefined
  readonly background: Background
  readonly ink: MapInk
  readonly wide: number
  readonly height: number
}

type Place = (xM: number, yM: number) => readonly [number, number]

/** Draws one moment, north up. */
export function drawMap(on: CanvasRenderingContext2D, picture: Picture): void {
  const { scenario, ink, wide, height, frame } = picture
  const { widthM, heightM } = scenario.area
  const place: Place = (x, y) => [(x / widthM) * wide, (1 - y / heightM) * height]
  on.fillStyle = ink.ground
  on.fillRect(0, 0, wide, height)
  drawCoverage(on, picture)
  on.fillStyle = ink.wall
  for (const wall of scenario.walls) {
    outline(
      on,
      wall.map(([x, y]) => place(x, y)),
    )
    on.fill()
  }
  if (frame !== undefined) drawTerminals(on, picture, frame, place)
  if (scenario.radio.model !== 'satellite')
    for (const cell of scenario.cells) drawSite(on, place(cell.xM, cell.yM), ink)
}

/** Share of the looks with service: the more, the darker. */
function drawCoverage(on: CanvasRenderingContext2D, { maps, background, ink, wide, height }: Picture): void {
  if (maps === undefined || background === 'none') return
  const [cellWide, cellHigh] = [wide / maps.columns, height / maps.rows]
  on.fillStyle = ink.covered
  maps[background].forEach((share, i) => {
    on.globalAlpha = 0.45 * share
    const [column, row] = [i % maps.columns, Math.floor(i / maps.columns)]
    on.fillRect(column * cellWide, height - (row + 1) * cellHigh, cellWide + 0.5, cellHigh + 0.5)
  })
  on.globalAlpha = 1
}

function drawTerminals(on: CanvasRenderingContext2D, picture: Picture, frame: Frame, place: Place): void {
  const { scenario, ink } = picture
  const at = (i: number) => place(frame.xM[i] ?? 0, frame.yM[i] ?? 0)
  for (const { path, cell } of frame.links) {
    const site = scenario.cells[cell]
    const stops = path.map(at)
    on.strokeStyle = path.length > 1 ? ink.link : ink.service.direct
    on.lineWidth = path.length > 1 ? 1.8 : 0.6
    line(on, site === undefined || scenario.radio.model === 'satellite' ? stops : [...stops, place(site.xM, site.yM)])
  }
  // Many terminals: small marks, so that they do not hide each other.
  const size = frame.xM.length > 1_500 ? 1.2 : 2.6
  serviceOf(frame, scenario.relay.serviceMbps).forEach((service, i) => {
    mark(on, service, at(i), size, ink)
    if (frame.shares[i] !== 1) return
    on.strokeStyle = ink.service.relayed
    on.lineWidth = 1
    on.beginPath()
    on.arc(...at(i), size + 2.4, 0, 2 * Math.PI)
    on.stroke()
  })
}

function mark(
  on: CanvasRenderingContext2D,
  service: Service,
  [x, y]: readonly [number, number],
  r: number,
  ink: MapInk,
) {
  on.fillStyle = ink.service[service]
  on.strokeStyle = ink.service[service]
  on.lineWidth = 1.2
  if (service === 'none') {
    line(on, [
      [x - r, y - r],
      [x + r, y + r],
    ])
    line(on, [
      [x - r, y + r],
      [x + r, y - r],
    ])
  } else if (service === 'direct') {
    on.beginPath()
    on.arc(x, y, r * 0.9, 0, 2 * Math.PI)
    on.fill()
  } else {
    const d = r * 1.6
    outline(on, [
      [x, y - d],
      [x + d, y],
      [x, y + d],
      [x - d, y],
    ])
    on.fill()
  }
}

function drawSite(on: CanvasRenderingContext2D, [x, y]: readonly [number, number], ink: MapInk): void {
  on.fillStyle = ink.site
  outline(on, [
    [x, y - 9],
    [x + 8, y + 6],
    [x - 8, y + 6],
  ])
  on.fill()
}

function outline(on: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
  on.beginPath()
  for (const [x, y] of points) on.lineTo(x, y)
  on.closePath()
}

function line(on: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
  on.beginPath()
  for (const [x, y] of points) on.lineTo(x, y)
  on.stroke()
}
