import { wholeWithin } from '../guard.js'
import { createHeap, type Heap } from './heap.js'

/** A directed edge; capacity and cost are whole, cost per unit of flow is not negative. */
export interface FlowEdge {
  readonly from: number
  readonly to: number
  readonly capacity: number
  readonly cost: number
}

export interface Flow {
  /** Units that reach the sink. */
  readonly amount: number
  readonly cost: number
  /** Units on each edge, in the order given. */
  readonly onEdge: readonly number[]
}

/** Capacities and costs stay far from 2^53, also as sums. */
const LIMIT = { min: 0, max: 2 ** 40 }

/** Residual graph: edge 2i is the i-th edge, 2i + 1 its reverse. */
interface Residual {
  readonly nodes: number
  readonly to: Int32Array
  readonly left: Float64Array
  readonly cost: Float64Array
  /** Edges that leave each node: `edges[starts[node] … starts[node + 1] − 1]`. */
  readonly starts: Int32Array
  readonly edges: Int32Array
}

interface Search {
  readonly distance: Float64Array
  readonly arrival: Int32Array
  readonly heap: Heap
}

/**
 * Largest flow of least cost: successive shortest paths with potentials, exact for whole numbers.
 *
 * @param limit - stop at this many units
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_WHOLE`, `NOT_A_NUMBER`
 * @see docs/spec/pran.md PRAN-9
 */
export function minCostFlow(
  nodes: number,
  edges: readonly FlowEdge[],
  source: number,
  sink: number,
  limit = LIMIT.max,
): Flow {
  check(nodes, edges, source, sink)
  const graph = residual(nodes, edges)
  const potential = new Float64Array(nodes)
  const search = { distance: new Float64Array(nodes), arrival: new Int32Array(nodes), heap: createHeap() }
  let amount = 0
  while (amount < limit && source !== sink && shortest(graph, source, sink, potential, search)) {
    amount += augment(graph, source, sink, search.arrival, limit - amount)
  }
  const onEdge = edges.map((_, i) => graph.left[2 * i + 1] ?? 0)
  return { amount, cost: onEdge.reduce((sum, units, i) => sum + units * (edges[i]?.cost ?? 0), 0), onEdge }
}

/** Dijkstra on reduced costs; false if the sink is out of reach. Lifts the potentials afterwards. */
function shortest(graph: Residual, source: number, sink: number, potential: Float64Array, search: Search): boolean {
  const { distance, arrival, heap } = search
  distance.fill(Number.POSITIVE_INFINITY)
  arrival.fill(-1)
  distance[source] = 0
  heap.push(source, 0)
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    if (top.priority > at(distance, top.item)) continue
    settle(graph, top.item, potential, search)
  }
  const reach = at(distance, sink)
  if (reach === Number.POSITIVE_INFINITY) return false
  for (let node = 0; node < graph.nodes; node++) {
    potential[node] = at(potential, node) + Math.min(at(distance, node), reach)
  }
  return true
}

function settle(graph: Residual, node: number, potential: Float64Array, { distance, arrival, heap }: Search): void {
  for (let i = at(graph.starts, node); i < at(graph.starts, node + 1); i++) {
    const edge = at(graph.edges, i)
    if (at(graph.left, edge) <= 0) continue
    const next = at(graph.to, edge)
    const length = at(distance, node) + at(graph.cost, edge) + at(potential, node) - at(potential, next)
    if (length >= at(distance, next)) continue
    distance[next] = length
    arrival[next] = edge
    heap.push(next, length)
  }
}

function augment(graph: Residual, source: number, sink: number, arrival: Int32Array, limit: number): number {
  let units = limit
  for (let node = sink; node !== source; node = at(graph.to, at(arrival, node) ^ 1)) {
    units = Math.min(units, at(graph.left, at(arrival, node)))
  }
  for (let node = sink; node !== source; node = at(graph.to, at(arrival, node) ^ 1)) {
    const edge = at(arrival, node)
    graph.left[edge] = at(graph.left, edge) - units
    graph.left[edge ^ 1] = at(graph.left, edge ^ 1) + units
  }
  return units
}

function residual(nodes: number, edges: readonly FlowEdge[]): Residual {
  const count = 2 * edges.length
  const graph = {
    nodes,
    to: new Int32Array(count),
    left: new Float64Array(count),
    cost: new Float64Array(count),
    starts: new Int32Array(nodes + 1),
    edges: new Int32Array(count),
  }
  edges.forEach((edge, i) => {
    graph.to.set([edge.to, edge.from], 2 * i)
    graph.left[2 * i] = edge.capacity
    graph.cost.set([edge.cost, -edge.cost], 2 * i)
    graph.starts[edge.from + 1] = at(graph.starts, edge.from + 1) + 1
    graph.starts[edge.to + 1] = at(graph.starts, edge.to + 1) + 1
  })
  for (let node = 0; node < nodes; node++) graph.starts[node + 1] = at(graph.starts, node + 1) + at(graph.starts, node)
  const next = graph.starts.slice()
  for (let edge = 0; edge < count; edge++) {
    const from = at(graph.to, edge ^ 1)
    graph.edges[at(next, from)] = edge
    next[from] = at(next, from) + 1
  }
  return graph
}

function at(array: Int32Array | Float64Array, index: number): number {
  return array[index] ?? 0
}

function check(nodes: number, edges: readonly FlowEdge[], source: number, sink: number): void {
  wholeWithin('nodes', nodes, { min: 1, max: 2 ** 24 })
  const node = { min: 0, max: nodes - 1 }
  wholeWithin('source', source, node)
  wholeWithin('sink', sink, node)
  for (const edge of edges) {
    wholeWithin('from', edge.from, node)
    wholeWithin('to', edge.to, node)
    wholeWithin('capacity', edge.capacity, LIMIT)
    wholeWithin('cost', edge.cost, LIMIT)
  }
}
