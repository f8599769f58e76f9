import { SimError } from '../codes.js'
import { flag, join, list, number, object, oneOf, optional, type Reader, record, text, variant, whole } from './read.js'
import {
  type Area,
  CELL_MODELS,
  type Cell,
  type CellRadio,
  DIRECT_PLACES,
  type DirectRadio,
  type Money,
  type Movement,
  type Point,
  type RelayRules,
  type SatellitePass,
  type Scenario,
  type Sharing,
  type StartPlace,
  type TerminalGroup,
  type Track,
  type Traffic,
} from './types.js'

const metres = number(0, 1e6)
const share = number(0, 1)
const title = text(/^[^\n]{1,120}$/u, 'one line of at most 120 characters')

/** Larger than any band that a model covers; what a model covers is checked with the model. */
const frequency = number(0.01, 1000)

/** Read alone where files are projected with it. */
export const area = object<Area>({
  widthM: number(1, 200_000),
  heightM: number(1, 200_000),
  origin: optional(object({ lat: number(-85, 85), lon: number(-180, 180) }), undefined),
})

const pass = object<SatellitePass>({
  altitudeKm: number(160, 36_000),
  culminationS: number(-86_400, 86_400),
  maxElevationDeg: number(5, 90),
  minElevationDeg: optional(number(0, 80), 10),
})

/** Read alone where sites in files refer to it. */
export const radio = object<CellRadio>({
  model: oneOf(...CELL_MODELS),
  frequencyGHz: frequency,
  bandwidthMHz: number(1, 2_000),
  // 1 mW is less than any base station sends: a negative figure is a slip, not a small cell.
  powerDbm: number(0, 80),
  gainDb: optional(number(-20, 60), 0),
  baseHeightM: optional(number(0, 200), 25),
  terminalHeightM: optional(number(0.5, 100), 1.5),
  noiseFigureDb: optional(number(0, 30), 9),
  neighbourLoad: optional(share, 0.5),
  cellRangeM: number(10, 3e6),
  cellsMeasured: optional(whole(1, 64), 7),
  building: optional(oneOf('low loss', 'high loss'), 'low loss'),
  pass: optional(pass, undefined),
})

const cell = object<Cell>({
  xM: metres,
  yM: metres,
  offsetDb: optional(number(-60, 30), 0),
  backhaulMbps: optional(number(0.01, 1e6), 10_000),
  dead: optional(object({ fromS: number(0, 1e7), toS: number(0, 1e7) }), undefined),
})

const grid = object<{ columns: number; rows: number }>({ columns: whole(1, 100), rows: whole(1, 100) })

/** A list of sites, or a grid of so many columns and rows over the area. */
function cells(raw: unknown, path: string, over: Area): readonly Cell[] {
  if (Array.isArray(raw)) return list(cell, 1, 10_000)(raw, path)
  const { columns, rows } = grid(record(raw, path), path)
  return Array.from({ length: columns * rows }, (_, i) => ({
    xM: ((i % columns) + 0.5) * (over.widthM / columns),
    yM: (Math.floor(i / columns) + 0.5) * (over.heightM / rows),
    offsetDb: 0,
    backhaulMbps: 10_000,
    dead: undefined,
  }))
}

const direct = object<DirectRadio>({
  place: oneOf(...DIRECT_PLACES),
  frequencyGHz: frequency,
  bandwidthMHz: oneOf(20, 40, 80, 160),
  powerDbm: optional(number(0, 40), 17),
  noiseFigureDb: optional(number(0, 30), 7),
  rangeM: number(1, 5_000),
  efficiency: optional(share, 0.6),
  heardDbm: optional(number(-120, 0), -88),
  hysteresisDb: optional(number(0, 20), 2),
})

const relay = object<RelayRules>({
  maxHops: optional(whole(1, 16), 3),
  slots: optional(whole(0, 1_000), 4),
  tried: optional(whole(1, 64), 8),
  enoughMbps: optional(number(0, 1e5), 10),
  serviceMbps: optional(number(0.001, 1e4), 1),
  medium: optional(oneOf('separate', 'shared'), 'separate'),
  lowDbm: optional(number(-160, 0), -115),
  highDbm: optional(number(-160, 0), -50),
  hysteresisDb: optional(number(0, 20), 3),
})

const kind = <K extends string>(name: K): Reader<K> => oneOf(name) as Reader<K>

const place = variant<StartPlace>({
  uniform: object({ kind: kind('uniform') }),
  box: object({ kind: kind('box'), xM: metres, yM: metres, widthM: number(0.1, 1e6), heightM: number(0.1, 1e6) }),
  ring: object({ kind: kind('ring'), xM: metres, yM: metres, innerM: metres, outerM: number(0.1, 1e6) }),
})

/** Faster than a train is a slip of units. */
const speed = number(0, 150)

const move = variant<Movement>({
  still: object({ kind: kind('still') }),
  waypoint: object({ kind: kind('waypoint'), minMps: number(0.01, 150), maxMps: speed, pauseS: number(0, 1e5) }),
  'gauss-markov': object({ kind: kind('gauss-markov'), meanMps: speed, sigmaMps: speed, memory: share }),
  track: object({ kind: kind('track'), track: title, spreadS: optional(number(0, 1e5), 0) }),
})

const group = object<TerminalGroup>({
  name: title,
  count: whole(1, 200_000),
  place: optional(place, { kind: 'uniform' }),
  move: optional(move, { kind: 'still' }),
  indoorShare: optional(share, 0),
  sharerShare: optional(share, 0),
  demand: optional(number(0, 1_000), 1),
})

const traffic = object<Traffic>({
  sessionsPerHour: number(0, 3_600),
  meanMB: number(0.001, 1e5),
  spread: optional(number(0, 3), 1),
  uplinkShare: optional(share, 0.1),
  patienceS: optional(number(1, 86_400), 60),
})

const sharing = object<Sharing>({
  minReserve: number(0.000001, 1e6),
  maxReserve: number(0.000001, 1e6),
  advertised: number(0, 1e6),
  batteryWh: optional(number(0.1, 1e5), 15),
  keepShare: optional(share, 0.2),
  dataCapGB: optional(number(0, 1e6), 5),
})

const credits = number(0, 1e9)

const money = object<Money>({
  perGiB: credits,
  perHour: optional(credits, 0),
  trialMs: optional(whole(200, 60_000), 2_000),
  restMs: optional(whole(0, 600_000), 8_000),
  maxUnpaid: optional(number(0.000001, 1e6), 0.02),
  userCredit: optional(credits, 100),
  epochS: optional(number(1, 86_400), 60),
  pool: optional(credits, 1_000),
  poolPerEpoch: optional(credits, 1),
  incomePerEpoch: optional(credits, 0),
  maxPerGB: optional(credits, 1),
  // Transactions live for 600 s.
  blockS: optional(number(0.1, 500), 5),
  operatorShare: optional(number(0, 0.9), 0.4),
})

const point: Reader<Point> = (value, path) => {
  const [x, y] = list(number(-1e6, 1e6), 2, 2)(value, path)
  return [x ?? 0, y ?? 0]
}

const track = object<Track>({
  name: title,
  points: list(
    (value, path) => {
      const [t, x, y] = list(number(-1e7, 1e7), 3, 3)(value, path)
      return [t ?? 0, x ?? 0, y ?? 0] as const
    },
    1,
    100_000,
  ),
})

const shell = object<Omit<Scenario, 'cells'>>({
  name: text(/^[a-z0-9][a-z0-9-]{0,39}$/, '1 to 40 of a-z, 0-9 and -'),
  title,
  summary: text(/^[\s\S]{1,1000}$/u, 'text of at most 1,000 characters'),
  area,
  durationS: number(1, 604_800),
  stepS: optional(number(0.2, 60), 1),
  radio,
  direct,
  relay,
  terminals: list(group, 1, 100),
  traffic,
  sharing,
  money,
  walls: optional(list(list(point, 3, 1_000), 0, 50_000), []),
  tracks: optional(list(track, 0, 20_000), []),
  map: optional(object({ columns: optional(whole(4, 200), 64), indoors: optional(flag, false) }), {
    columns: 64,
    indoors: false,
  }),
})

/** Form only; what must fit together is checked in validate.ts. */
export function readShape(value: unknown): Scenario {
  const { cells: sites, ...rest } = record(value, '')
  const scenario = shell(rest, '')
  if (sites === undefined)
    throw new SimError('SCENARIO_MALFORMED', 'cells is missing: give sites or a grid.', { path: 'cells' })
  return { ...scenario, cells: cells(sites, join('', 'cells'), scenario.area) }
}
