import type { Association } from '@conet/core/pran'
import type { Radio, Standing } from '../radio/index.js'
import type { Scenario } from '../scenario/types.js'

/** One terminal's traffic in one step. */
export interface Flow {
  readonly terminal: number
  readonly cell: number
  /** Terminal, sharers; `[terminal]` goes straight. */
  readonly path: readonly number[]
  /** Direct hops from the terminal on, Mbit/s alone. */
  readonly directMbps: readonly number[]
  /** The last one's rate over the cell, Mbit/s alone. */
  readonly cellMbps: number
  /** What is left when cells divide their time equally, and sharers theirs. */
  rateMbps: number
}

/** A flow over the cell alone; `undefined` without service. */
export function straight(association: Association, terminal: number): Flow | undefined {
  const cell = association.cell[terminal] ?? -1
  const cellMbps = association.cellMbps[terminal] ?? 0
  if (cell < 0 || cellMbps <= 0) return undefined
  return { terminal, cell, path: [terminal], directMbps: [], cellMbps, rateMbps: 0 }
}

/** A flow over the relay that was chosen. */
export function relayed(
  association: Association,
  radio: Radio,
  standing: Standing,
  terminal: number,
): Flow | undefined {
  return overPath(association, radio, standing, association.path(terminal))
}

/** A flow over these terminals; `undefined` if a hop or the last one's cell does not carry it. */
export function overPath(
  association: Association,
  radio: Radio,
  standing: Standing,
  path: readonly number[],
): Flow | undefined {
  const [terminal = -1] = path
  const last = path[path.length - 1] ?? terminal
  const cell = association.cell[last] ?? -1
  const cellMbps = association.cellMbps[last] ?? 0
  if (path.length < 2 || cell < 0 || cellMbps <= 0) return undefined
  const directMbps = path.slice(1).map((to, i) => hopMbps(radio, standing, path[i] ?? terminal, to))
  if (directMbps.some(rate => rate <= 0)) return undefined
  return { terminal, cell, path, directMbps, cellMbps, rateMbps: 0 }
}

function hopMbps(radio: Radio, standing: Standing, from: number, to: number): number {
  const [dx, dy] = [
    (standing.xM[from] ?? 0) - (standing.xM[to] ?? 0),
    (standing.yM[from] ?? 0) - (standing.yM[to] ?? 0),
  ]
  return radio.heardMbps(radio.directDbm(standing, from, to, Math.hypot(dx, dy)), true)
}

/**
 * Divides time: each cell's equally over its flows, each sharer's direct link over those that pass it; then the backhaul.
 *
 * Separate bands: the narrowest hop counts. A shared medium: hops take turns. What a flow leaves unused is not given to others.
 */
export function divide(flows: readonly Flow[], { relay, cells }: Scenario): void {
  const inCell = new Map<number, number>()
  const atSharer = new Map<number, number>()
  for (const { cell, path } of flows) {
    bump(inCell, cell)
    for (const sharer of path.slice(1)) bump(atSharer, sharer)
  }
  const sums = new Map<number, number>()
  for (const flow of flows) {
    const hops = flow.directMbps.map((rate, i) => rate / (atSharer.get(flow.path[i + 1] ?? -1) ?? 1))
    hops.push(flow.cellMbps / (inCell.get(flow.cell) ?? 1))
    flow.rateMbps = relay.medium === 'separate' ? Math.min(...hops) : 1 / hops.reduce((sum, rate) => sum + 1 / rate, 0)
    sums.set(flow.cell, (sums.get(flow.cell) ?? 0) + flow.rateMbps)
  }
  for (const flow of flows) {
    const backhaul = cells[flow.cell]?.backhaulMbps ?? Infinity
    flow.rateMbps *= Math.min(1, backhaul / (sums.get(flow.cell) ?? 1))
  }
}

function bump(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
