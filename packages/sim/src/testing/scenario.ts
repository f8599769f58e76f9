import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type Scenario, validateScenario } from '../scenario/index.js'

const FOLDER = new URL('../../scenarios/', import.meta.url)

/** A shipped scenario as plain data, to be changed and checked. */
export function raw(name: string): Record<string, unknown> {
  return parse(readFileSync(new URL(`${name}.yaml`, FOLDER), 'utf8')) as Record<string, unknown>
}

/** A small, quick one: a few people in weak coverage, many sharers. */
export function small(changes: Readonly<Record<string, unknown>> = {}): Scenario {
  return validateScenario({
    ...raw('city-block'),
    name: 'small',
    durationS: 60,
    terminals: [
      { name: 'inside', count: 40, indoorShare: 1 },
      {
        name: 'walkers',
        count: 40,
        sharerShare: 1,
        move: { kind: 'waypoint', minMps: 0.5, maxMps: 2, pauseS: 5 },
        demand: 0.2,
      },
    ],
    traffic: { sessionsPerHour: 120, meanMB: 6 },
    sharing: { minReserve: 0.01, maxReserve: 0.1, advertised: 1 },
    map: { columns: 12, indoors: true },
    ...changes,
  })
}
