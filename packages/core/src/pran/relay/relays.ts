import type { AssociationStep } from './association.js'
import { matchStably } from './matching.js'
import { indexPlaces } from './nearest.js'
import type { Metric } from './routing.js'

export interface RelayChoice {
  /** First relay of each terminal, −1 if it goes straight to its cell or has no service. */
  readonly relay: Int32Array
  /** Hops to the cell: 1 straight, 0 without service. */
  readonly hops: Uint8Array
  /** What the relayed path gives, Mbit/s; 0 without a relay. */
  readonly relayedMbps: Float64Array
  /** Terminals from this one to the last relay, which stands in its cell; `[terminal]` if it goes straight. */
  path(terminal: number): number[]
}

/** Candidate links of some terminals, flat: those of the i-th are `starts[i] … starts[i + 1] − 1`. */
interface Links {
  readonly terminals: Int32Array
  readonly starts: Int32Array
  readonly to: Int32Array
  readonly rateMbps: Float64Array
}

/** Routes of the sharers: worth and next sharer with at most 1, 2, … hops. */
interface Layers {
  readonly worth: readonly Float64Array[]
  readonly next: readonly Int32Array[]
}

/** Finds relays for all terminals whose cell gives less than enough. */
export function chooseRelays(step: AssociationStep, cellMbps: Float64Array): RelayChoice {
  const count = cellMbps.length
  const relayLayers = step.rules.maxHops - 1
  const chosen = {
    relay: new Int32Array(count).fill(-1),
    hops: Uint8Array.from(cellMbps, rate => (rate > 0 ? 1 : 0)),
    relayedMbps: new Float64Array(count),
  }
  const weak = indices(count, terminal => (cellMbps[terminal] ?? 0) < step.rules.enoughMbps)
  if (relayLayers === 0 || weak.length === 0) return { ...chosen, path: terminal => [terminal] }
  const links = candidateLinks(step, weak)
  const layers = sharerLayers(step, cellMbps, links, relayLayers)
  pick(step, cellMbps, links, layers, chosen)
  return { ...chosen, path: terminal => pathOf(terminal, chosen.relay, layers) }
}

function indices(count: number, wanted: (index: number) => boolean): Int32Array {
  const list: number[] = []
  for (let index = 0; index < count; index++) if (wanted(index)) list.push(index)
  return Int32Array.from(list)
}

/** The nearest sharers that each weak terminal can hear. One more is asked for: a sharer finds itself first. */
function candidateLinks(step: AssociationStep, weak: Int32Array): Links {
  const { rules, terminals, shares } = step
  const index = indexPlaces(
    terminals,
    indices(shares.length, terminal => shares[terminal] === 1),
  )
  const links = {
    terminals: weak,
    starts: new Int32Array(weak.length + 1),
    to: new Int32Array(weak.length * rules.relaysTried),
    rateMbps: new Float64Array(weak.length * rules.relaysTried),
  }
  let used = 0
  weak.forEach((terminal, i) => {
    const [x = 0, y = 0] = [terminals.xM[terminal], terminals.yM[terminal]]
    const near = index.find(x, y, rules.relaysTried + 1, rules.directRangeM)
    for (let j = 0; j < near.count && used - (links.starts[i] ?? 0) < rules.relaysTried; j++) {
      const sharer = near.ids[j] ?? 0
      const rate = sharer === terminal ? 0 : step.directRateMbps(terminal, sharer, Math.sqrt(near.squaredM[j] ?? 0))
      if (rate <= 0) continue
      links.to[used] = sharer
      links.rateMbps[used++] = rate
    }
    links.starts[i + 1] = used
  })
  return links
}

/** The same dynamic programming as `hopLimitedRoutes`, over the sharers' candidate links only. */
function sharerLayers(step: AssociationStep, cellMbps: Float64Array, links: Links, layers: number): Layers {
  const { metric, shares } = step
  const straight = cellMbps.map((rate, terminal) =>
    shares[terminal] === 1 && rate > 0 ? metric.extend(metric.start, rate) : metric.none,
  )
  const worth = [straight]
  const next = [new Int32Array(cellMbps.length).fill(-1)]
  for (let layer = 1; layer < layers; layer++) {
    const before = worth[layer - 1] ?? straight
    const better = before.slice()
    const via = new Int32Array(cellMbps.length).fill(-1)
    links.terminals.forEach((terminal, i) => {
      if (shares[terminal] !== 1) return
      const best = bestLink(metric, links, i, before, better[terminal] ?? metric.none)
      if (best.link < 0) return
      better[terminal] = best.worth
      via[terminal] = links.to[best.link] ?? -1
    })
    worth.push(better)
    next.push(via)
  }
  return { worth, next }
}

function bestLink(metric: Metric, links: Links, i: number, worth: Float64Array, atLeast: number) {
  let best = { link: -1, worth: atLeast }
  for (let link = links.starts[i] ?? 0; link < (links.starts[i + 1] ?? 0); link++) {
    const candidate = linkWorth(metric, links, link, worth)
    if (metric.better(candidate, best.worth)) best = { link, worth: candidate }
  }
  return best
}

function linkWorth(metric: Metric, links: Links, link: number, worth: Float64Array): number {
  const from = worth[links.to[link] ?? -1] ?? metric.none
  return from === metric.none ? metric.none : metric.extend(from, links.rateMbps[link] ?? 0)
}

interface Chosen {
  readonly relay: Int32Array
  readonly hops: Uint8Array
  readonly relayedMbps: Float64Array
}

/** Every weak terminal asks the sharers that are better than its cell, the best path first; sharers want the best link. */
function pick(step: AssociationStep, cellMbps: Float64Array, links: Links, layers: Layers, chosen: Chosen): void {
  const { metric, rules } = step
  const last = layers.worth.at(-1) ?? new Float64Array(0)
  const starts = new Int32Array(links.terminals.length + 1)
  const order: number[] = []
  links.terminals.forEach((terminal, i) => {
    const own = cellMbps[terminal] ?? 0
    const straight = own > 0 ? metric.extend(metric.start, own) : metric.none
    for (const link of sortedLinks(metric, links, i, last, straight)) order.push(link)
    starts[i + 1] = order.length
  })
  const sharerOf = matchStably({
    starts,
    choices: Int32Array.from(order, link => links.to[link] ?? 0),
    worth: Float64Array.from(order, link => links.rateMbps[link] ?? 0),
    capacity: Int32Array.from(step.shares, shares => shares * rules.slots),
  })
  links.terminals.forEach((terminal, i) => {
    const relay = sharerOf[i] ?? -1
    if (relay < 0) return
    let link = links.starts[i] ?? 0
    while (links.to[link] !== relay) link++
    chosen.relay[terminal] = relay
    chosen.relayedMbps[terminal] = metric.rate(linkWorth(metric, links, link, last))
    chosen.hops[terminal] = pathOf(terminal, chosen.relay, layers).length
  })
}

function sortedLinks(metric: Metric, links: Links, i: number, worth: Float64Array, straight: number): number[] {
  const usable: { readonly link: number; readonly worth: number }[] = []
  for (let link = links.starts[i] ?? 0; link < (links.starts[i + 1] ?? 0); link++) {
    const candidate = linkWorth(metric, links, link, worth)
    if (metric.better(candidate, straight)) usable.push({ link, worth: candidate })
  }
  return usable
    .sort((a, b) => (metric.better(a.worth, b.worth) ? -1 : metric.better(b.worth, a.worth) ? 1 : a.link - b.link))
    .map(({ link }) => link)
}

/** Follows the sharers' layers down: each next sharer's own route has one hop less to go. */
function pathOf(terminal: number, relay: Int32Array, layers: Layers): number[] {
  const path = [terminal]
  let at = relay[terminal] ?? -1
  if (at < 0) return path
  path.push(at)
  for (let layer = layers.next.length - 1; layer > 0; layer--) {
    const next = layers.next[layer]?.[at] ?? -1
    if (next < 0) continue
    at = next
    path.push(at)
  }
  return path
}
