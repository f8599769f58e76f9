import { PNG } from 'pngjs'
import { NO_SINR_DB } from '../play/looks.js'
import type { Summary } from './summarise.js'

type Colour = readonly [red: number, green: number, blue: number]

/** Dark to light, readable in grey and by the colour-blind: nine points of viridis (van der Walt and Smith, 2015). */
const SCALE: readonly Colour[] = [
  [68, 1, 84],
  [71, 45, 123],
  [59, 82, 139],
  [44, 114, 142],
  [33, 145, 140],
  [40, 174, 128],
  [94, 201, 98],
  [173, 220, 48],
  [253, 231, 37],
]
/** Where nothing is heard. */
const NOTHING: Colour = [26, 26, 32]
/** SINR from −10 to 30 dB fills the scale. */
export const SINR_SCALE_DB = { low: -10, high: 30 } as const
/** Longest side of a picture, about. */
const SIDE_PX = 720

export const MAP_NAMES = ['sinr', 'coverage-without', 'coverage-with'] as const
export type MapName = (typeof MAP_NAMES)[number]

/** Colours from low to high, for a legend. */
export function scaleCss(): string {
  return SCALE.map(([r, g, b]) => `rgb(${r} ${g} ${b})`).join(', ')
}

/** A map as a picture, north up, sites marked. @returns PNG file */
export function mapPng(summary: Summary, name: MapName): Uint8Array {
  const { maps, scenario } = summary
  const zoom = Math.max(1, Math.round(SIDE_PX / Math.max(maps.columns, maps.rows)))
  const png = new PNG({ width: maps.columns * zoom, height: maps.rows * zoom })
  for (let y = 0; y < png.height; y++) {
    const row = maps.rows - 1 - Math.floor(y / zoom)
    for (let x = 0; x < png.width; x++) {
      paint(png, x, y, colourOf(summary, name, row * maps.columns + Math.floor(x / zoom)))
    }
  }
  if (scenario.radio.model !== 'satellite') {
    for (const { xM, yM } of scenario.cells) {
      markSite(png, (xM / scenario.area.widthM) * png.width, (1 - yM / scenario.area.heightM) * png.height)
    }
  }
  return PNG.sync.write(png, { deflateLevel: 9 })
}

function colourOf({ maps }: Summary, name: MapName, at: number): Colour {
  if (name !== 'sinr') return shade((name === 'coverage-with' ? maps.with : maps.without)[at] ?? 0)
  const sinr = maps.sinrDb[at] ?? NO_SINR_DB
  if (sinr <= NO_SINR_DB) return NOTHING
  return shade((sinr - SINR_SCALE_DB.low) / (SINR_SCALE_DB.high - SINR_SCALE_DB.low))
}

function shade(share: number): Colour {
  const at = Math.max(0, Math.min(1, share)) * (SCALE.length - 1)
  const low = Math.min(SCALE.length - 2, Math.floor(at))
  const [from, to] = [SCALE[low] ?? NOTHING, SCALE[low + 1] ?? NOTHING]
  const mix = (i: 0 | 1 | 2) => Math.round(from[i] + (at - low) * (to[i] - from[i]))
  return [mix(0), mix(1), mix(2)]
}

/** A white disc with a dark rim: seen on every colour of the scale. */
function markSite(png: PNG, centreX: number, centreY: number): void {
  const radius = 7
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const distance = Math.hypot(dx, dy)
      if (distance > radius) continue
      paint(
        png,
        Math.round(centreX) + dx,
        Math.round(centreY) + dy,
        distance > radius - 2.5 ? [10, 10, 10] : [255, 255, 255],
      )
    }
  }
}

function paint(png: PNG, x: number, y: number, [red, green, blue]: Colour): void {
  if (x < 0 || y < 0 || x >= png.width || y >= png.height) return
  const at = 4 * (y * png.width + x)
  png.data[at] = red
  png.data[at + 1] = green
  png.data[at + 2] = blue
  png.data[at + 3] = 255
}
