import { list, malformed, object, optional, type Reader, text } from '../scenario/read.js'
import { area as readArea, radio as readRadio } from '../scenario/shape.js'
import type { Track } from '../scenario/types.js'
import { sitesFromGeoJson, wallsFromGeoJson } from './geojson.js'
import { tracksFromGpx } from './gpx.js'
import { tracksFromGtfs } from './gtfs.js'
import { projection } from './project.js'

/** What a scenario may name under `files`; paths are relative to the scenario's file. */
export interface NamedFiles {
  /** GeoJSON of Points, in place of `cells`. */
  readonly sites: string | undefined
  /** GeoJSON of Polygons, in place of `walls`. */
  readonly walls: string | undefined
  /** GPX files and GTFS feeds (.zip), in place of `tracks`. */
  readonly tracks: readonly {
    readonly file: string
    readonly name: string
    readonly from: string
    readonly service: string | undefined
  }[]
}

const path = text(/^[^\n\0]{1,400}$/u, 'the path of a file')
const named: Reader<string | undefined> = (value, at) => (value === undefined ? undefined : path(value, at))

const shape = object<NamedFiles>({
  sites: named,
  walls: named,
  tracks: optional(
    list(
      object<NamedFiles['tracks'][number]>({
        file: path,
        name: optional(text(/^[^\n]{0,40}$/u, 'at most 40 characters'), ''),
        from: optional(text(/^\d{1,2}:[0-5]\d:[0-5]\d$/, 'a time such as 08:00:00'), '00:00:00'),
        service: named,
      }),
      0,
      100,
    ),
    [],
  ),
})

/** Where the bytes come from: a folder, an upload. */
export type ReadNamed = (file: string) => Uint8Array

/**
 * A scenario whose files are read in, ready for `validateScenario`.
 *
 * @param raw - the scenario without its member `files`
 * @param files - that member
 * @throws {SimError} of each kind of input; `SCENARIO_MALFORMED` if something is given twice
 */
export function withFiles(
  raw: Readonly<Record<string, unknown>>,
  files: unknown,
  read: ReadNamed,
): Record<string, unknown> {
  const { sites, walls, tracks } = shape(files, 'files')
  const area = readArea(raw.area, 'area')
  const project = projection(area)
  const utf8 = (file: string) => new TextDecoder('utf-8').decode(read(file))
  for (const [name, given] of [
    ['cells', sites],
    ['walls', walls],
    ['tracks', tracks[0]],
  ] as const) {
    if (given !== undefined && raw[name] !== undefined) throw malformed(name, 'left out, as files give it')
  }
  const radio = readRadio(raw.radio, 'radio')
  const durationS = Number(raw.durationS)
  const ridden = tracks.flatMap(({ file, name, from, service }): Track[] => {
    if (!file.toLowerCase().endsWith('.zip')) return tracksFromGpx(utf8(file), name, project)
    const [hours = 0, minutes = 0, seconds = 0] = from.split(':').map(Number)
    const window = { fromS: hours * 3_600 + minutes * 60 + seconds, durationS, service, area }
    return tracksFromGtfs(read(file), name, project, window)
  })
  return {
    ...raw,
    ...(sites === undefined ? {} : { cells: sitesFromGeoJson(utf8(sites), project, radio) }),
    ...(walls === undefined ? {} : { walls: wallsFromGeoJson(utf8(walls), project) }),
    ...(tracks.length === 0 ? {} : { tracks: ridden }),
  }
}
