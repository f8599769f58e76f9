import { wholeWithin } from '../guard.js'
import { minCostFlow } from './flow.js'

/** A sharer that could serve a request, at a whole cost ≥ 0 (seconds to get there, nJ per bit, micro-credits). */
export interface DispatchOption {
  readonly request: number
  readonly sharer: number
  readonly cost: number
}

/**
 * Matches the requests of one interval with sharers: as many as possible, then at the least total cost, each once.
 *
 * @returns sharer of each request, −1 if it has to wait for the next batch
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_WHOLE`, `NOT_A_NUMBER`
 * @see docs/spec/pran.md PRAN-9
 */
export function dispatch(requests: number, sharers: number, options: readonly DispatchOption[]): Int32Array {
  for (const { request, sharer } of options) {
    wholeWithin('request', request, { min: 0, max: requests - 1 })
    wholeWithin('sharer', sharer, { min: 0, max: sharers - 1 })
  }
  const [source, sink] = [requests + sharers, requests + sharers + 1]
  const edges = [
    ...options.map(({ request, sharer, cost }) => ({ from: request, to: requests + sharer, capacity: 1, cost })),
    ...Array.from({ length: requests }, (_, i) => ({ from: source, to: i, capacity: 1, cost: 0 })),
    ...Array.from({ length: sharers }, (_, i) => ({ from: requests + i, to: sink, capacity: 1, cost: 0 })),
  ]
  const { onEdge } = minCostFlow(sink + 1, edges, source, sink)
  const matched = new Int32Array(requests).fill(-1)
  options.forEach(({ request, sharer }, i) => {
    if (onEdge[i] === 1) matched[request] = sharer
  })
  return matched
}
