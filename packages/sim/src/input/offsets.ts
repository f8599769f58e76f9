import type { Measurement } from './measurements.js'

/** Rounds of the median polish; it settles after two or three. */
const ROUNDS = 5

/**
 * How much each device reads above the others at the same places: a median polish over hexagons and devices (Tukey, 1977). The offsets'
 * own median is 0, so that levels stay what most devices say.
 */
export function deviceOffsets(measurements: readonly Measurement[], cellOf: readonly string[]): Map<string, number> {
  const offsets = new Map<string, number>(measurements.map(({ device }) => [device, 0]))
  const shared = cellsOfSeveral(measurements, cellOf)
  for (let round = 0; round < ROUNDS; round++) {
    const byCell = new Map<string, number[]>()
    measurements.forEach(({ rsrpDbm, device }, i) => {
      push(byCell, cellOf[i] ?? '', rsrpDbm - (offsets.get(device) ?? 0))
    })
    const level = new Map([...byCell].map(([cell, list]) => [cell, median(list)]))
    const byDevice = new Map<string, number[]>()
    measurements.forEach(({ rsrpDbm, device }, i) => {
      const cell = cellOf[i] ?? ''
      // A hexagon that only one device saw says nothing about that device.
      if (shared.has(cell)) push(byDevice, device, rsrpDbm - (level.get(cell) ?? 0))
    })
    const middle = median([...byDevice.values()].map(median))
    for (const [device, residuals] of byDevice) offsets.set(device, median(residuals) - middle)
  }
  return offsets
}

function cellsOfSeveral(measurements: readonly Measurement[], cellOf: readonly string[]): Set<string> {
  const devices = new Map<string, Set<string>>()
  measurements.forEach(({ device }, i) => {
    const cell = cellOf[i] ?? ''
    const known = devices.get(cell) ?? new Set<string>()
    devices.set(cell, known.add(device))
  })
  return new Set([...devices].filter(([, seen]) => seen.size > 1).map(([cell]) => cell))
}

function push(groups: Map<string, number[]>, key: string, value: number): void {
  const list = groups.get(key)
  if (list === undefined) groups.set(key, [value])
  else list.push(value)
}

/** Median, between two middle values their mean; 0 for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2
}
