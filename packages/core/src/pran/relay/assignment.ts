import { type Range, wholeWithin } from '../guard.js'
import { type FlowEdge, minCostFlow } from './flow.js'

const WHOLE: Range = { min: 0, max: 2 ** 40 }

/** Who wants how much. A unit is what the caller says, for example 100 kbit/s for the length of a step. */
export interface Demand {
  readonly units: number
}

/** What a sharer has left; each limit is turned into units, the smallest counts. */
export interface SharerLimits {
  /** Energy the owner is ready to spend, mJ. */
  readonly batteryMj: number
  /** Energy of relaying one unit over its worst link, mJ, ≥ 1. */
  readonly energyPerUnitMj: number
  /** Rest of the data package, units. */
  readonly dataUnits: number
}

export interface CellLimits {
  readonly backhaulUnits: number
}

/** A possible hop; `cost` per unit is whole and not negative, for example µs of airtime or nJ. */
export interface Hop {
  readonly capacityUnits: number
  readonly cost: number
}
export type UserToSharer = Hop & { readonly user: number; readonly sharer: number }
export type UserToCell = Hop & { readonly user: number; readonly cell: number }
export type SharerToCell = Hop & { readonly sharer: number; readonly cell: number }

export interface AssignmentProblem {
  readonly users: readonly Demand[]
  readonly sharers: readonly SharerLimits[]
  readonly cells: readonly CellLimits[]
  readonly access: readonly UserToSharer[]
  readonly direct: readonly UserToCell[]
  readonly uplinks: readonly SharerToCell[]
}

/** Units of one user over one way; without a sharer they go straight to the cell. */
export interface AssignedPart {
  readonly user: number
  readonly sharer: number | undefined
  readonly cell: number
  readonly units: number
}

export interface Assignment {
  readonly parts: readonly AssignedPart[]
  readonly servedUnits: number
  readonly cost: number
}

/**
 * Serves as many units as possible, and those as cheaply as possible, within battery, data and backhaul limits.
 *
 * Exact (minimum-cost flow). A user with more than one unit may be split over several sharers.
 *
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_WHOLE`, `NOT_A_NUMBER`
 * @see docs/spec/pran.md PRAN-9
 */
export function assign(problem: AssignmentProblem): Assignment {
  const { users, sharers, cells, access, direct, uplinks } = problem
  const at = layout(users.length, sharers.length, cells.length)
  const inside: FlowEdge[] = [
    ...access.map(hop => edge(at.user(hop.user), at.sharerIn(hop.sharer), hop)),
    ...direct.map(hop => edge(at.user(hop.user), at.cell(hop.cell), hop)),
    ...uplinks.map(hop => edge(at.sharerOut(hop.sharer), at.cell(hop.cell), hop)),
  ]
  const limits: FlowEdge[] = [
    ...users.map(({ units }, i) => edge(at.source, at.user(i), { capacityUnits: units, cost: 0 })),
    ...sharers.map((limit, i) => edge(at.sharerIn(i), at.sharerOut(i), { capacityUnits: sharerUnits(limit), cost: 0 })),
    ...cells.map((cell, i) => edge(at.cell(i), at.sink, { capacityUnits: cell.backhaulUnits, cost: 0 })),
  ]
  const flow = minCostFlow(at.nodes, [...inside, ...limits], at.source, at.sink)
  return { parts: partsOf(problem, flow.onEdge), servedUnits: flow.amount, cost: flow.cost }
}

/**
 * Units a sharer can still relay: battery and data, whichever ends first.
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_WHOLE`, `NOT_A_NUMBER`
 */
export function sharerUnits(limits: SharerLimits): number {
  wholeWithin('energyPerUnitMj', limits.energyPerUnitMj, { min: 1, max: WHOLE.max })
  wholeWithin('batteryMj', limits.batteryMj, WHOLE)
  wholeWithin('dataUnits', limits.dataUnits, WHOLE)
  return Math.min(Math.floor(limits.batteryMj / limits.energyPerUnitMj), limits.dataUnits)
}

function edge(from: number, to: number, hop: Hop): FlowEdge {
  return { from, to, capacity: hop.capacityUnits, cost: hop.cost }
}

/** Source, users, sharers twice (in and out, so that a sharer itself has a capacity), cells, sink. */
function layout(users: number, sharers: number, cells: number) {
  const numbered = (name: string, first: number, count: number) => (index: number) => {
    wholeWithin(name, index, { min: 0, max: count - 1 })
    return first + index
  }
  const firstCell = 1 + users + 2 * sharers
  return {
    nodes: firstCell + cells + 1,
    source: 0,
    sink: firstCell + cells,
    user: numbered('user', 1, users),
    sharerIn: numbered('sharer', 1 + users, sharers),
    sharerOut: numbered('sharer', 1 + users + sharers, sharers),
    cell: numbered('cell', firstCell, cells),
  }
}

/** A sharer's units are interchangeable, so its users may be matched with its uplinks in any order. */
function partsOf(problem: AssignmentProblem, onEdge: readonly number[]): AssignedPart[] {
  const { access, direct, uplinks } = problem
  const firstUplink = access.length + direct.length
  const uplinksOf = new Map<number, { readonly cell: number; left: number }[]>()
  uplinks.forEach(({ sharer, cell }, i) => {
    const list = uplinksOf.get(sharer) ?? []
    list.push({ cell, left: onEdge[firstUplink + i] ?? 0 })
    uplinksOf.set(sharer, list)
  })
  const relayed = access.flatMap(({ user, sharer }, i) =>
    draw(uplinksOf.get(sharer) ?? [], onEdge[i] ?? 0).map(part => ({ user, sharer, ...part })),
  )
  const straight = direct.map(({ user, cell }, i) => ({
    user,
    sharer: undefined,
    cell,
    units: onEdge[access.length + i] ?? 0,
  }))
  return [...relayed, ...straight.filter(part => part.units > 0)]
}

function draw(uplinks: { readonly cell: number; left: number }[], units: number): { cell: number; units: number }[] {
  let open = units
  return uplinks.flatMap(uplink => {
    const taken = Math.min(open, uplink.left)
    open -= taken
    uplink.left -= taken
    return taken > 0 ? [{ cell: uplink.cell, units: taken }] : []
  })
}
