import { indoorDepthM, outdoorToIndoorDb } from '@conet/core/pran'
import { createRandom, type Random } from '@conet/core/pran/random'
import { createMover, type Mover } from '../motion/index.js'
import { type Radio, type Standing, subSeed } from '../radio/index.js'
import type { Scenario, StartPlace, TerminalGroup } from '../scenario/types.js'

/** All terminals of a run; positions and what is indoors change, the rest stays. */
export interface Terminals extends Standing {
  readonly count: number
  /** 1 if the owner would share. */
  readonly owner: Uint8Array
  /** Multiplies the sessions per hour. */
  readonly demand: Float64Array
  /** Moves everyone to a moment. */
  advance(timeS: number, stepS: number): void
}

/** Tries to find a place inside, or outside, the given walls; after that the place counts as it is. */
const PLACING_TRIES = 200

/** Places the groups one after the other and draws who is indoors and who owns a sharer. */
export function createTerminals(scenario: Scenario, radio: Radio, seed: number): Terminals {
  const count = scenario.terminals.reduce((sum, group) => sum + group.count, 0)
  const arrays = {
    xM: new Float64Array(count),
    yM: new Float64Array(count),
    indoors: new Uint8Array(count),
    entryDb: new Float64Array(count),
    owner: new Uint8Array(count),
    demand: new Float64Array(count),
  }
  /** What each terminal loses when it is indoors. */
  const indoorDb = new Float64Array(count)
  const movers: Mover[] = []
  const mobile: number[] = []
  let first = 0
  scenario.terminals.forEach((group, g) => {
    const random = createRandom(subSeed(seed, 10, g))
    for (let i = first; i < first + group.count; i++) {
      settle(scenario, radio, group, random, arrays, i)
      indoorDb[i] = drawEntryDb(scenario, random)
      arrays.entryDb[i] = arrays.indoors[i] === 1 ? (indoorDb[i] ?? 0) : 0
      if (group.move.kind !== 'still') mobile.push(i)
    }
    const swarm = { first, count: group.count, xM: arrays.xM, yM: arrays.yM }
    movers.push(createMover(swarm, group.move, scenario.area, scenario.tracks, createRandom(subSeed(seed, 11, g))))
    first += group.count
  })
  const enter = () => {
    for (const i of mobile) {
      arrays.indoors[i] = radio.walls.inside(arrays.xM[i] ?? 0, arrays.yM[i] ?? 0) ? 1 : 0
      arrays.entryDb[i] = arrays.indoors[i] === 1 ? (indoorDb[i] ?? 0) : 0
    }
  }
  return {
    ...arrays,
    count,
    advance: (timeS, stepS) => {
      for (const mover of movers) mover.advance(timeS, stepS)
      if (radio.walls.count > 0) enter()
    },
  }
}

type Arrays = Pick<Terminals, 'xM' | 'yM' | 'indoors' | 'owner' | 'demand'>

function settle(scenario: Scenario, radio: Radio, group: TerminalGroup, random: Random, into: Arrays, i: number): void {
  const wanted = random.uniform() < group.indoorShare
  let [x, y] = drawPlace(group.place, scenario, random)
  if (radio.walls.count > 0) {
    for (let tries = 0; tries < PLACING_TRIES && radio.walls.inside(x, y) !== wanted; tries++) {
      ;[x, y] = drawPlace(group.place, scenario, random)
    }
  }
  into.xM[i] = x
  into.yM[i] = y
  into.indoors[i] = (radio.walls.count > 0 ? radio.walls.inside(x, y) : wanted) ? 1 : 0
  into.owner[i] = random.uniform() < group.sharerShare ? 1 : 0
  into.demand[i] = group.demand
}

function drawPlace(place: StartPlace, { area }: Scenario, random: Random): [number, number] {
  const clip = (x: number, y: number): [number, number] => [
    Math.max(0, Math.min(area.widthM, x)),
    Math.max(0, Math.min(area.heightM, y)),
  ]
  if (place.kind === 'uniform') return [random.uniform() * area.widthM, random.uniform() * area.heightM]
  if (place.kind === 'box') {
    return clip(place.xM + random.uniform() * place.widthM, place.yM + random.uniform() * place.heightM)
  }
  const inner = place.innerM * place.innerM
  const radius = Math.sqrt(inner + random.uniform() * (place.outerM * place.outerM - inner))
  const angle = 2 * Math.PI * random.uniform()
  return clip(place.xM + radius * Math.cos(angle), place.yM + radius * Math.sin(angle))
}

/** Cells inside the building reach its terminals without a wall: InH has no entry. */
function drawEntryDb({ radio }: Scenario, random: Random): number {
  const depth = indoorDepthM(random.uniform(), random.uniform(), radio.model === 'rma' ? 10 : 25)
  const luck = random.gaussian()
  return radio.model === 'inh' ? 0 : Math.max(0, outdoorToIndoorDb(radio.frequencyGHz, radio.building, depth, luck))
}
