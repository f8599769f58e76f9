import { POSITIVE, wholeWithin, within } from '../guard.js'

/** One usable direction of a link between nodes 0..n − 1. */
export interface RateLink {
  readonly from: number
  readonly to: number
  readonly rateMbps: number
}

/** How the worth of a path follows from its hops. Extending a path must never make it better. */
export interface Metric {
  /** Worth of standing at the source. */
  readonly start: number
  /** Worth of no path. */
  readonly none: number
  extend(worth: number, rateMbps: number): number
  better(a: number, b: number): boolean
  /** Rate in Mbit/s that this worth stands for. */
  rate(worth: number): number
}

/** Separate bands: the narrowest hop counts; the worth is Mbit/s. */
export const WIDEST: Metric = {
  start: Number.POSITIVE_INFINITY,
  none: 0,
  extend: (worth, rateMbps) => Math.min(rateMbps, worth),
  better: (a, b) => a > b,
  rate: worth => worth,
}

/** One shared medium: the worth is the airtime of one bit, Σ 1/R. */
export const LEAST_AIRTIME: Metric = {
  start: 0,
  none: Number.POSITIVE_INFINITY,
  extend: (worth, rateMbps) => worth + 1 / rateMbps,
  better: (a, b) => a < b,
  rate: worth => 1 / worth,
}

/** Best routes from one source to every node. */
export interface Routes {
  /** Worth of the best route to each node, `metric.none` if there is none within the hop limit. */
  readonly worth: Float64Array
  /** Nodes from the source to the target, both included; `undefined` if there is no route. */
  path(target: number): number[] | undefined
}

/**
 * Best routes with at most `maxHops` hops: exact dynamic programming over hop counts (Bellman and Ford).
 *
 * Of equally good routes the one with fewer hops is kept, so no route visits a node twice. Work: maxHops × links.
 *
 * @param nodes - number of nodes, 1–2^24
 * @param maxHops - 1–64; 3GPP provisions it per relay service code (TS 23.304)
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_WHOLE`, `NOT_A_NUMBER`
 * @see docs/spec/pran.md PRAN-6
 */
export function hopLimitedRoutes(
  nodes: number,
  links: readonly RateLink[],
  source: number,
  maxHops: number,
  metric: Metric,
): Routes {
  checkGraph(nodes, links, source, maxHops)
  let worth = new Float64Array(nodes).fill(metric.none)
  worth[source] = metric.start
  const arrivals: Int32Array[] = []
  for (let hop = 0; hop < maxHops; hop++) {
    const layer = relaxOnce(worth, links, metric)
    arrivals.push(layer.arrival)
    worth = layer.worth
  }
  return { worth, path: target => trace(arrivals, links, source, target) }
}

/** One hop more. `arrival` names the link each improved node was reached by, −1 where fewer hops are as good. */
function relaxOnce(before: Float64Array<ArrayBuffer>, links: readonly RateLink[], metric: Metric) {
  const worth = before.slice()
  const arrival = new Int32Array(before.length).fill(-1)
  links.forEach((link, index) => {
    const from = before[link.from] ?? metric.none
    if (from === metric.none) return
    const candidate = metric.extend(from, link.rateMbps)
    if (!metric.better(candidate, worth[link.to] ?? metric.none)) return
    worth[link.to] = candidate
    arrival[link.to] = index
  })
  return { worth, arrival }
}

function trace(
  arrivals: readonly Int32Array[],
  links: readonly RateLink[],
  source: number,
  target: number,
): number[] | undefined {
  const nodes = [target]
  let at = target
  for (let hop = arrivals.length - 1; hop >= 0; hop--) {
    const link = links[arrivals[hop]?.[at] ?? -1]
    if (link === undefined) continue
    at = link.from
    nodes.push(at)
  }
  return at === source ? nodes.reverse() : undefined
}

function checkGraph(nodes: number, links: readonly RateLink[], source: number, maxHops: number): void {
  wholeWithin('nodes', nodes, { min: 1, max: 2 ** 24 })
  wholeWithin('maxHops', maxHops, { min: 1, max: 64 })
  const node = { min: 0, max: nodes - 1 }
  wholeWithin('source', source, node)
  for (const link of links) {
    wholeWithin('from', link.from, node)
    wholeWithin('to', link.to, node)
    within('rateMbps', link.rateMbps, POSITIVE)
  }
}
