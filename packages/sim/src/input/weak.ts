import { gridDisk, latLngToCell } from 'h3-js'
import { SimError } from '../codes.js'
import { leaveCellOut, leavePointOut } from './leave-out.js'
import type { Measurement } from './measurements.js'
import { deviceOffsets, median } from './offsets.js'

export interface WeakOptions {
  /** H3 resolution, 6–12: edges of 9 has about 200.8 m, of 12 about 10.8 m. */
  readonly resolution: number
  /** A measurement below it is weak; operators' tiers are −95, −105 and −115 dBm. */
  readonly thresholdDbm: number
  /** Distinct devices without which a hexagon is not called weak. */
  readonly devices: number
}

/** One hexagon. */
export interface Hexagon {
  readonly id: string
  readonly medianDbm: number
  readonly count: number
  readonly devices: number
  /** Share of weak measurements, drawn towards the share of all hexagons. */
  readonly weakShare: number
  readonly weak: boolean
}

export interface WeakReport {
  readonly hexagons: readonly Hexagon[]
  /** Weak hexagons that touch, each group one challenge; the largest first. */
  readonly clusters: readonly (readonly string[])[]
  /** What each device reads above the others, dB; taken off before anything else. */
  readonly offsetsDb: Readonly<Record<string, number>>
  /** Measurements that the prior counts for; and where it comes from. */
  readonly prior: { readonly share: number; readonly strength: number; readonly fitted: boolean }
  /** Root mean square error of foretelling a left-out measurement, and a left-out hexagon's median; `null` with too few. */
  readonly rmseDb: { readonly point: number | null; readonly cell: number | null }
}

/**
 * Where is coverage weak? Device offsets off, hexagons, beta-binomial shrinkage, clusters, validation by leaving out.
 *
 * @throws {SimError} `OUT_OF_RANGE` for options, `ROW_MALFORMED` without a measurement
 * @see docs/spec/sim.md SIM-12
 */
export function findWeakCells(measurements: readonly Measurement[], options: WeakOptions): WeakReport {
  check(measurements, options)
  const cellOf = measurements.map(({ lat, lon }) => latLngToCell(lat, lon, options.resolution))
  const offsets = deviceOffsets(measurements, cellOf)
  const levels = measurements.map(({ rsrpDbm, device }) => rsrpDbm - (offsets.get(device) ?? 0))
  const groups = groupBy(cellOf)
  const counts = [...groups.values()].map(list => ({
    n: list.length,
    weak: list.filter(i => (levels[i] ?? 0) < options.thresholdDbm).length,
  }))
  const prior = fitPrior(counts)
  const hexagons = [...groups].map(([id, list], g): Hexagon => {
    const devices = new Set(list.map(i => measurements[i]?.device)).size
    const weakShare = ((counts[g]?.weak ?? 0) + prior.share * prior.strength) / (list.length + prior.strength)
    const medianDbm = median(list.map(i => levels[i] ?? 0))
    return {
      id,
      medianDbm,
      count: list.length,
      devices,
      weakShare,
      weak: weakShare > 0.5 && devices >= options.devices,
    }
  })
  hexagons.sort((a, b) => b.weakShare - a.weakShare || (a.id < b.id ? -1 : 1))
  return {
    hexagons,
    clusters: clusters(hexagons.filter(hexagon => hexagon.weak).map(hexagon => hexagon.id)),
    offsetsDb: Object.fromEntries([...offsets].sort(([a], [b]) => (a < b ? -1 : 1))),
    prior,
    rmseDb: { point: leavePointOut(measurements, levels), cell: leaveCellOut(hexagons) },
  }
}

function check(measurements: readonly Measurement[], { resolution, thresholdDbm, devices }: WeakOptions): void {
  const within = (path: string, value: number, min: number, max: number, isWhole: boolean) => {
    if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return
    const kind = isWhole ? 'whole number' : 'number'
    throw new SimError('OUT_OF_RANGE', `${path} is ${value}: give a ${kind} from ${min} to ${max}.`, {
      path,
      value,
      min,
      max,
    })
  }
  within('resolution', resolution, 6, 12, true)
  within('thresholdDbm', thresholdDbm, -156, -31, false)
  within('devices', devices, 1, 1_000, true)
  if (measurements.length === 0)
    throw new SimError('ROW_MALFORMED', 'there is no measurement with a level.', { row: 0 })
}

function groupBy(keys: readonly string[]): Map<string, number[]> {
  const groups = new Map<string, number[]>()
  keys.forEach((key, i) => {
    const list = groups.get(key)
    if (list === undefined) groups.set(key, [i])
    else list.push(i)
  })
  return groups
}

/** Strength of the prior where it cannot be fitted, and its bounds. */
const STRENGTH = { usual: 4, least: 0.5, most: 50 } as const

/**
 * Beta prior by moments: overdispersion ρ of the counts gives the strength (1 − ρ)/ρ (Kleinman, JASA 68, 1973).
 * With one hexagon, or all alike, there is no spread to fit: the usual strength stands, and `fitted` is false.
 */
function fitPrior(counts: readonly { readonly n: number; readonly weak: number }[]): WeakReport['prior'] {
  const total = counts.reduce((sum, { n }) => sum + n, 0)
  const share = counts.reduce((sum, { weak }) => sum + weak, 0) / total
  const squares = counts.reduce((sum, { n }) => sum + n * n, 0)
  const spread = counts.reduce((sum, { n, weak }) => sum + n * (weak / n - share) ** 2, 0)
  const free = total - squares / total
  const binomial = share * (1 - share)
  if (counts.length < 2 || free <= 0 || binomial === 0) return { share, strength: STRENGTH.usual, fitted: false }
  const rho = (spread - binomial * (counts.length - 1)) / (binomial * (free - (counts.length - 1)))
  if (!(rho > 0)) return { share, strength: STRENGTH.most, fitted: true }
  const strength = Math.min(STRENGTH.most, Math.max(STRENGTH.least, (1 - rho) / rho))
  return { share, strength, fitted: true }
}

/** Groups of touching hexagons. */
function clusters(ids: readonly string[]): string[][] {
  const open = new Set(ids)
  const groups: string[][] = []
  for (const start of [...ids].sort()) {
    if (!open.delete(start)) continue
    const group = [start]
    for (let at = 0; at < group.length; at++) {
      for (const next of gridDisk(group[at] ?? start, 1)) if (open.delete(next)) group.push(next)
    }
    groups.push(group.sort())
  }
  return groups.sort((a, b) => b.length - a.length || ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1))
}
