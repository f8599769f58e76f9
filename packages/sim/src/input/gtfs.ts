import { unzipSync } from 'fflate'
import { SimError } from '../codes.js'
import type { Area, Track } from '../scenario/types.js'
import { cellNumber, type Row, readTable, type TableErrors } from './csv.js'
import type { Projection } from './project.js'

const NEEDED = ['stops.txt', 'trips.txt', 'stop_times.txt'] as const
type Needed = (typeof NEEDED)[number]

/** Unpacked size of one table: a feed that says more is refused before it is unpacked. */
const MOST_BYTES = 512 * 2 ** 20

export interface GtfsWindow {
  /** Seconds of the service day that are 0 s of the scenario. */
  readonly fromS: number
  readonly durationS: number
  /** Only trips of this service; all if `undefined`. */
  readonly service: string | undefined
  readonly area: Area
}

/**
 * Trips of a GTFS feed as tracks, straight between stops, as far as they run in the window. Stops outside the area are left out: a
 * track is the longest run of stops inside it, and trips with fewer than two are none.
 *
 * @param zip - the feed
 * @param prefix - names become `<prefix><route>/<trip>`
 * @throws {SimError} `GTFS_MALFORMED` with `data.file`, and `data.row` where there is one
 * @see GTFS Schedule reference, files stops.txt, trips.txt, stop_times.txt
 */
export function tracksFromGtfs(zip: Uint8Array, prefix: string, project: Projection, window: GtfsWindow): Track[] {
  const tables = unpack(zip)
  const stops = readStops(tables['stops.txt'], project)
  const trips = readTrips(tables['trips.txt'], window.service)
  const calls = readCalls(tables['stop_times.txt'], trips, stops)
  return [...calls].flatMap(([trip, list]) => {
    const points = insideRun(list, window)
    const [first, last] = [points[0], points.at(-1)]
    if (points.length < 2 || first === undefined || last === undefined) return []
    if (last[0] < 0 || first[0] > window.durationS) return []
    return [{ name: `${prefix}${trips.get(trip) ?? ''}/${trip}`.slice(0, 120), points }]
  })
}

function unpack(zip: Uint8Array): Record<Needed, string> {
  let files: Readonly<Record<string, Uint8Array>>
  try {
    files = unzipSync(zip, {
      filter: ({ name, originalSize }) => {
        if (!NEEDED.some(needed => needed === name)) return false
        if (originalSize <= MOST_BYTES) return true
        throw new SimError(
          'FILE_TOO_LARGE',
          `${name} unpacks to ${originalSize} bytes: at most ${MOST_BYTES} are read.`,
          {
            bytes: originalSize,
            limit: MOST_BYTES,
          },
        )
      },
    })
  } catch (cause) {
    if (cause instanceof SimError) throw cause
    throw new SimError('GTFS_MALFORMED', 'the feed is no zip file.', { file: 'feed' }, cause)
  }
  const text = (name: Needed) => {
    const bytes = files[name]
    if (bytes !== undefined) return new TextDecoder('utf-8').decode(bytes)
    throw new SimError('GTFS_MALFORMED', `the feed has no ${name}.`, { file: name })
  }
  return { 'stops.txt': text('stops.txt'), 'trips.txt': text('trips.txt'), 'stop_times.txt': text('stop_times.txt') }
}

const errorsOf = (file: Needed): TableErrors => ({ file, column: 'GTFS_MALFORMED', row: 'GTFS_MALFORMED' })

function readStops(text: string, project: Projection): Map<string, readonly [number, number]> {
  const errors = errorsOf('stops.txt')
  const rows = readTable(text, ['stop_id', 'stop_lat', 'stop_lon'], errors)
  // Nodes and boarding areas of stations may have no place of their own; no trip calls there.
  const placed = rows.map((row, i) => ({ row, i })).filter(({ row }) => row.stop_lat !== '' && row.stop_lon !== '')
  return new Map(
    placed.map(({ row, i }) => {
      const lat = cellNumber(row, i, 'stop_lat', -90, 90, errors)
      return [row.stop_id ?? '', project(lat, cellNumber(row, i, 'stop_lon', -180, 180, errors))] as const
    }),
  )
}

/** Route of each trip. */
function readTrips(text: string, service: string | undefined): Map<string, string> {
  const rows = readTable(text, ['trip_id', 'route_id', 'service_id'], errorsOf('trips.txt'))
  const wanted = service === undefined ? rows : rows.filter(row => row.service_id === service)
  return new Map(wanted.map(row => [row.trip_id ?? '', row.route_id ?? '']))
}

interface Call {
  readonly sequence: number
  readonly arriveS: number
  readonly leaveS: number
  readonly place: readonly [number, number]
}

function readCalls(
  text: string,
  trips: ReadonlyMap<string, string>,
  stops: ReadonlyMap<string, readonly [number, number]>,
): Map<string, Call[]> {
  const errors = errorsOf('stop_times.txt')
  const columns = ['trip_id', 'stop_id', 'stop_sequence', 'arrival_time', 'departure_time']
  const calls = new Map<string, Call[]>()
  readTable(text, columns, errors).forEach((row, i) => {
    const trip = row.trip_id ?? ''
    // Stops between time points have no times: the straight line between the others stands for them.
    const [arrive, leave] = [row.arrival_time || row.departure_time, row.departure_time || row.arrival_time]
    if (!trips.has(trip) || arrive === undefined || leave === undefined || arrive === '') return
    const place = stops.get(row.stop_id ?? '')
    if (place === undefined) throw wrong(i, `stop_id "${row.stop_id}" is not in stops.txt`)
    const call = {
      sequence: cellNumber(row, i, 'stop_sequence', 0, 1e9, errors),
      arriveS: seconds(arrive, row, i),
      leaveS: seconds(leave, row, i),
      place,
    }
    const list = calls.get(trip)
    if (list === undefined) calls.set(trip, [call])
    else list.push(call)
  })
  for (const list of calls.values()) list.sort((a, b) => a.sequence - b.sequence)
  return calls
}

/** H:MM:SS, also past 24 hours. */
function seconds(text: string, _: Row, i: number): number {
  const parts = /^(\d{1,3}):([0-5]\d):([0-5]\d)$/.exec(text)
  if (parts === null) throw wrong(i, `"${text}" is no time such as 08:05:00`)
  return Number(parts[1]) * 3_600 + Number(parts[2]) * 60 + Number(parts[3])
}

function wrong(index: number, why: string): SimError {
  return new SimError('GTFS_MALFORMED', `stop_times.txt, line ${index + 2}: ${why}.`, {
    file: 'stop_times.txt',
    row: index + 2,
  })
}

/** The longest run of stops inside the area, with a wait at each. */
function insideRun(calls: readonly Call[], { area, fromS }: GtfsWindow): (readonly [number, number, number])[] {
  let [best, run]: [Call[], Call[]] = [[], []]
  for (const call of calls) {
    const [x, y] = call.place
    run = x >= 0 && y >= 0 && x <= area.widthM && y <= area.heightM ? [...run, call] : []
    if (run.length > best.length) best = run
  }
  const points = best.flatMap(({ arriveS, leaveS, place: [x, y] }) => {
    const arrive = [arriveS - fromS, x, y] as const
    return leaveS > arriveS ? [arrive, [leaveS - fromS, x, y] as const] : [arrive]
  })
  return points.every(([time], i) => time >= (points[i - 1]?.[0] ?? -Infinity)) ? points : []
}
