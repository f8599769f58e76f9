import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { SimError } from '../codes.js'
import type { Track } from '../scenario/types.js'
import { isPlace, type Projection } from './project.js'

const LISTS: readonly string[] = ['trk', 'trkseg', 'trkpt']

interface TrackPoint {
  readonly '@lat'?: string
  readonly '@lon'?: string
  readonly time?: string
}

interface GpxTrack {
  readonly name?: unknown
  readonly trkseg?: readonly { readonly trkpt?: readonly TrackPoint[] }[]
}

/**
 * Tracks of a GPX 1.1 file; the earliest time of the file is 0 s. Every point needs a time.
 *
 * @param text - XML; entities are not expanded
 * @param prefix - names become `<prefix><name or number>`
 * @throws {SimError} `GPX_MALFORMED` with `data.path`
 */
export function tracksFromGpx(text: string, prefix: string, project: Projection): Track[] {
  const valid = XMLValidator.validate(text)
  if (valid !== true) throw broken(`line ${valid.err.line}`, `XML: ${valid.err.msg}`)
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    processEntities: false,
    isArray: name => LISTS.includes(name),
  })
  const { gpx } = parser.parse(text) as { gpx?: { trk?: readonly GpxTrack[] } }
  const tracks = gpx?.trk ?? []
  if (tracks.length === 0) throw broken('gpx/trk', 'at least one track')
  const timed = tracks.map((track, i) => ({ name: nameOf(track, i), points: pointsOf(track, i) }))
  const start = timed.reduce((first, { points }) => Math.min(first, points[0]?.timeS ?? first), Infinity)
  return timed.map(({ name, points }) => ({
    name: `${prefix}${name}`,
    points: points.map(({ timeS, lat, lon }) => {
      const [x, y] = project(lat, lon)
      return [timeS - start, x, y] as const
    }),
  }))
}

function nameOf({ name }: GpxTrack, i: number): string {
  return typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 80) : String(i + 1)
}

function pointsOf(track: GpxTrack, i: number) {
  const points = (track.trkseg ?? []).flatMap((segment, s) =>
    (segment.trkpt ?? []).map((point, p) => {
      const path = `trk/${i}/trkseg/${s}/trkpt/${p}`
      const [lat, lon] = [degrees(point['@lat']), degrees(point['@lon'])]
      if (!isPlace(lat, lon)) throw broken(path, 'lat and lon in degrees')
      const time = typeof point.time === 'string' ? Date.parse(point.time) : Number.NaN
      if (!Number.isFinite(time)) throw broken(`${path}/time`, 'a time such as 2026-05-01T08:00:00Z')
      return { timeS: time / 1_000, lat, lon, path }
    }),
  )
  if (points.length === 0) throw broken(`trk/${i}`, 'a track with points')
  points.forEach((point, p) => {
    if (point.timeS < (points[p - 1]?.timeS ?? -Infinity))
      throw broken(`${point.path}/time`, 'not before the point before')
  })
  return points
}

function degrees(text: string | undefined): number {
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text)
}

function broken(path: string, expected: string): SimError {
  return new SimError('GPX_MALFORMED', `GPX: ${path} must be ${expected}.`, { path })
}
