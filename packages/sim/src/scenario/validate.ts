import { SimError } from '../codes.js'
import { CELL_MODEL } from '../radio/cell-models.js'
import { DIRECT_MODEL } from '../radio/direct.js'
import { malformed, outOfRange } from './read.js'
import { readShape } from './shape.js'
import type { Scenario } from './types.js'

/** Terminals of one scenario: beyond this memory of one thread ends. */
const MOST_TERMINALS = 200_000

/**
 * Reads a scenario, as YAML.parse or JSON.parse gave it. What it returns is itself valid input.
 *
 * @throws {SimError} `SCENARIO_MALFORMED`, `OUT_OF_RANGE`, `FREQUENCY_OUT_OF_RANGE`, `OUTSIDE_AREA`, `NAME_UNKNOWN`; `data.path` names the place
 * @see docs/spec/sim.md SIM-1, SIM-2
 */
export function validateScenario(value: unknown): Scenario {
  const scenario = readShape(value)
  checkCellRadio(scenario)
  checkDirect(scenario)
  checkSites(scenario)
  checkTerminals(scenario)
  checkRules(scenario)
  return scenario
}

function checkCellRadio({ radio, durationS, stepS }: Scenario): void {
  const model = CELL_MODEL[radio.model]
  frequency('radio/frequencyGHz', radio.frequencyGHz, model.frequencyGHz, model.source)
  for (const name of ['baseHeightM', 'terminalHeightM'] as const) {
    const { min, max } = model[name]
    if (radio[name] < min || radio[name] > max) throw outOfRange(`radio/${name}`, radio[name], min, max)
  }
  const { min, max } = model.distanceM
  if (radio.model === 'satellite') {
    if (radio.pass === undefined) throw malformed('radio/pass', 'given for a satellite')
  } else if (radio.cellRangeM < min || radio.cellRangeM > max) {
    throw outOfRange('radio/cellRangeM', radio.cellRangeM, min, max)
  }
  if (stepS > durationS) throw outOfRange('stepS', stepS, 0.2, durationS)
}

function frequency(path: string, value: number, range: { readonly min: number; readonly max: number }, source: string) {
  if (value >= range.min && value <= range.max) return
  throw new SimError(
    'FREQUENCY_OUT_OF_RANGE',
    `${path} is ${value}: ${source} covers ${range.min} to ${range.max} GHz; choose a carrier in it or another model.`,
    { path, value, min: range.min, max: range.max },
  )
}

function checkDirect({ direct }: Scenario): void {
  const { los, nlos, source } = DIRECT_MODEL[direct.place]
  for (const { frequencyGHz } of [los, nlos]) {
    frequency('direct/frequencyGHz', direct.frequencyGHz, frequencyGHz, source)
  }
  const far = Math.min(los.distanceM.max, nlos.distanceM.max)
  if (direct.rangeM > far) throw outOfRange('direct/rangeM', direct.rangeM, 1, far)
}

function checkSites({ cells, area, tracks, walls, radio }: Scenario): void {
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x <= area.widthM && y <= area.heightM
  cells.forEach((cell, i) => {
    if (!inside(cell.xM, cell.yM)) throw outside(`cells/${i}`, cell.xM, cell.yM, area)
    const sum = radio.powerDbm + cell.offsetDb
    if (sum < 0) throw outOfRange(`cells/${i}/offsetDb`, cell.offsetDb, -radio.powerDbm, 30)
    if (cell.dead !== undefined && cell.dead.toS <= cell.dead.fromS) {
      throw outOfRange(`cells/${i}/dead/toS`, cell.dead.toS, cell.dead.fromS, 1e7)
    }
  })
  walls.forEach((wall, i) => {
    const first = wall.find(([x, y]) => !inside(x, y))
    if (first !== undefined) throw outside(`walls/${i}`, first[0], first[1], area)
  })
  tracks.forEach(({ points }, i) => {
    points.forEach(([time, x, y], j) => {
      if (!inside(x, y)) throw outside(`tracks/${i}/points/${j}`, x, y, area)
      if (time < (points[j - 1]?.[0] ?? -Infinity))
        throw malformed(`tracks/${i}/points/${j}/0`, 'not before the point before')
    })
  })
}

function outside(path: string, x: number, y: number, area: Scenario['area']): SimError {
  const message = `${path} stands at ${x}, ${y} m: outside the area of ${area.widthM} by ${area.heightM} m.`
  return new SimError('OUTSIDE_AREA', message, { path, x, y, widthM: area.widthM, heightM: area.heightM })
}

function checkTerminals({ terminals, tracks, area }: Scenario): void {
  const count = terminals.reduce((sum, group) => sum + group.count, 0)
  if (count > MOST_TERMINALS) throw outOfRange('terminals', count, 1, MOST_TERMINALS)
  terminals.forEach(({ move, place }, i) => {
    const path = `terminals/${i}`
    if (move.kind === 'track' && !tracks.some(track => track.name.startsWith(move.track))) {
      throw new SimError('NAME_UNKNOWN', `${path}/move/track: no track begins with "${move.track}".`, {
        path,
        name: move.track,
      })
    }
    if (move.kind === 'waypoint' && move.maxMps < move.minMps)
      throw outOfRange(`${path}/move/maxMps`, move.maxMps, move.minMps, 150)
    if (place.kind === 'ring' && place.outerM <= place.innerM)
      throw outOfRange(`${path}/place/outerM`, place.outerM, place.innerM, 1e6)
    if (place.kind !== 'uniform' && (place.xM > area.widthM || place.yM > area.heightM)) {
      throw outside(`${path}/place`, place.xM, place.yM, area)
    }
  })
}

function checkRules({ relay, sharing, money }: Scenario): void {
  const least = relay.lowDbm + 2 * relay.hysteresisDb
  if (relay.highDbm <= least) throw outOfRange('relay/highDbm', relay.highDbm, least, 0)
  if (sharing.maxReserve < sharing.minReserve) {
    throw outOfRange('sharing/maxReserve', sharing.maxReserve, sharing.minReserve, 1e6)
  }
  if (money.perGiB === 0 && money.perHour === 0)
    throw malformed('money/perGiB', 'above 0, or perHour: a free session is never settled')
}
