import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../random/index.js'
import {
  airtimeRateMbps,
  hopLimitedRoutes,
  LEAST_AIRTIME,
  type Metric,
  type RateLink,
  sharedChainShare,
  WIDEST,
  widestRateMbps,
} from './index.js'

interface Graph {
  readonly nodes: number
  readonly links: readonly RateLink[]
}

function randomGraph(random: Random): Graph {
  const nodes = 2 + random.below(7)
  const density = 0.2 + 0.8 * random.uniform()
  const links: RateLink[] = []
  for (let from = 0; from < nodes; from++) {
    for (let to = 0; to < nodes; to++) {
      // Few distinct rates, so that equally good routes are common.
      if (from !== to && random.uniform() < density) links.push({ from, to, rateMbps: 1 + random.below(12) })
    }
  }
  return { nodes, links }
}

/** Best worth of every simple path of at most `maxHops` hops, by trying them all. */
function bruteForce({ nodes, links }: Graph, maxHops: number, metric: Metric): number[] {
  const best = new Array<number>(nodes).fill(metric.none)
  const rates = Array.from({ length: nodes }, () => new Array<number>(nodes).fill(0))
  for (const link of links) (rates[link.from] ?? [])[link.to] = link.rateMbps
  const walk = (at: number, worth: number, hops: number, seen: number) => {
    if (metric.better(worth, best[at] ?? metric.none)) best[at] = worth
    if (hops === maxHops) return
    for (let to = 0; to < nodes; to++) {
      const rate = rates[at]?.[to] ?? 0
      if (rate > 0 && (seen & (1 << to)) === 0) walk(to, metric.extend(worth, rate), hops + 1, seen | (1 << to))
    }
  }
  walk(0, metric.start, 0, 1)
  return best
}

describe.each([
  ['widest path', WIDEST, widestRateMbps],
  ['least airtime', LEAST_AIRTIME, airtimeRateMbps],
] as const)('%s (PRAN-6)', (_name, metric, rateOf) => {
  it('equals brute force on 1,000 random graphs of up to 8 nodes, and its path has the worth it claims', () => {
    const random = createRandom(42)
    let routed = 0
    for (let i = 0; i < 1_000; i++) {
      const graph = randomGraph(random)
      const maxHops = 1 + random.below(graph.nodes)
      const routes = hopLimitedRoutes(graph.nodes, graph.links, 0, maxHops, metric)
      const expected = bruteForce(graph, maxHops, metric)
      for (let node = 1; node < graph.nodes; node++) {
        const path = routes.path(node)
        expect(
          Math.abs((routes.worth[node] ?? -1) - (expected[node] ?? -2)) < 1e-12 ||
            routes.worth[node] === expected[node],
        ).toBe(true)
        expect(path === undefined).toBe(routes.worth[node] === metric.none)
        if (path === undefined) continue
        routed++
        expect(path.length - 1).toBeLessThanOrEqual(maxHops)
        if (new Set(path).size !== path.length) expect(path).toEqual('a path without repeated nodes')
        const rates = path.slice(1).map((to, hop) => rateBetween(graph, path[hop] ?? -1, to))
        expect(rateOf(rates)).toBeCloseTo(metric.rate(routes.worth[node] ?? 0), 9)
      }
    }
    expect(routed).toBeGreaterThan(2_000)
  })
})

function rateBetween(graph: Graph, from: number, to: number): number {
  return graph.links.find(link => link.from === from && link.to === to)?.rateMbps ?? Number.NaN
}

describe('paths', () => {
  it('more hops only where they help', () => {
    const links = [
      { from: 0, to: 1, rateMbps: 10 },
      { from: 1, to: 2, rateMbps: 10 },
      { from: 0, to: 2, rateMbps: 6 },
    ]
    expect(hopLimitedRoutes(3, links, 0, 2, WIDEST).path(2)).toEqual([0, 1, 2])
    expect(hopLimitedRoutes(3, links, 0, 2, LEAST_AIRTIME).path(2)).toEqual([0, 2])
    expect(hopLimitedRoutes(3, links, 0, 1, WIDEST).path(2)).toEqual([0, 2])
    expect(hopLimitedRoutes(3, links, 2, 2, WIDEST).path(0)).toBeUndefined()
  })

  it('refuses links that lead nowhere and rates that carry nothing', () => {
    const link = { from: 0, to: 1, rateMbps: 1 }
    expect(() => hopLimitedRoutes(2, [{ ...link, to: 2 }], 0, 1, WIDEST)).toThrow(/to is 2/)
    expect(() => hopLimitedRoutes(2, [{ ...link, rateMbps: 0 }], 0, 1, WIDEST)).toThrow(/rateMbps is 0/)
    expect(() => hopLimitedRoutes(2, [{ ...link, rateMbps: Number.NaN }], 0, 1, WIDEST)).toThrow(/rateMbps is NaN/)
    expect(() => hopLimitedRoutes(2, [link], 0, 0, WIDEST)).toThrow(/maxHops/)
    expect(() => airtimeRateMbps([5, -1])).toThrow(/rateMbps/)
  })

  it('a shared chain carries what the best schedule of its hops allows', () => {
    // Hop i and hop j disturb each other if fewer than 4 apart: the shortest repeating schedule has this many slots.
    const slots = (hops: number) => {
      const slotOf: number[] = []
      for (let hop = 0; hop < hops; hop++) {
        const taken = new Set(slotOf.slice(Math.max(0, hop - 3)))
        slotOf.push([0, 1, 2, 3, 4].find(slot => !taken.has(slot)) ?? -1)
      }
      return new Set(slotOf).size
    }
    for (let hops = 1; hops < 12; hops++) expect(sharedChainShare(hops)).toBe(1 / slots(hops))
    expect(sharedChainShare(100)).toBe(0.25)
  })
})
