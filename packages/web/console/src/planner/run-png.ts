import { type Background, drawMap, INKS } from './draw-map.js'
import type { Playing } from './player.js'

const WIDE = 1_000

/** The map of the last moment as a PNG file, light. @throws Error if nothing was played or the browser cannot draw */
export function runPng({ scenario, frame, result }: Playing, background: Background): Promise<Blob> {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  if (scenario === undefined || context === null) return Promise.reject(new Error('There is nothing to draw yet.'))
  const height = Math.round((WIDE * scenario.area.heightM) / scenario.area.widthM)
  canvas.width = WIDE
  canvas.height = height
  drawMap(context, { scenario, frame, maps: result?.maps, background, ink: INKS.light, wide: WIDE, height })
  return new Promise((resolve, reject) => {
    canvas.toBlob(blob => {
      if (blob === null) reject(new Error('The browser could not draw this map.'))
      else resolve(blob)
    }, 'image/png')
  })
}
