import { readFileSync } from 'node:fs'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { validateScenario } from '../scenario/index.js'
import { raw } from '../testing/scenario.js'
import { projection, sitesFromGeoJson, tracksFromGpx, tracksFromGtfs, wallsFromGeoJson, withFiles } from './index.js'

const area = { widthM: 1_000, heightM: 1_000, origin: { lat: 50.9, lon: 6.95 } }
const project = projection(area)
const { radio } = validateScenario(raw('city-block'))
const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })
const collection = (...features: object[]) => JSON.stringify({ type: 'FeatureCollection', features })
const feature = (geometry: object, properties: object | null = {}) => ({ type: 'Feature', geometry, properties })
const point = (coordinates: unknown, properties: object = {}) => feature({ type: 'Point', coordinates }, properties)

describe('projection', () => {
  it('has the corner at 0 and true distances', () => {
    expect(project(50.9, 6.95)).toEqual([0, 0])
    const [x, y] = project(50.905, 6.96)
    expect(y).toBeCloseTo(555.97, 1)
    expect(x).toBeCloseTo(1_111.95 * Math.cos((50.9045 * Math.PI) / 180), 0)
    expect(() => projection({ ...area, origin: undefined })).toThrow(refused('SCENARIO_MALFORMED', /origin is missing/))
  })
})

describe('GeoJSON', () => {
  it('gives sites with their power against the scenario’s', () => {
    const [site] = sitesFromGeoJson(collection(point([6.951, 50.901], { powerDbm: 40, name: 'x' })), project, radio)
    expect(site).toMatchObject({ offsetDb: -4, backhaulMbps: 10_000 })
    expect(site?.yM).toBeCloseTo(111.2, 1)
  })

  it.each([
    ['no JSON', '{"type":', 'GEOJSON_MALFORMED', /no JSON/],
    ['another type', '{"type":"Topology"}', 'GEOJSON_MALFORMED', /type must be FeatureCollection/],
    ['nothing', collection(), 'GEOJSON_MALFORMED', /at least one site/],
    [
      'a line',
      collection(feature({ type: 'LineString', coordinates: [] })),
      'GEOJSON_MALFORMED',
      /features\/0\/geometry\/type must be Point/,
    ],
    ['no geometry', collection({ type: 'Feature' }), 'GEOJSON_MALFORMED', /features\/0\/geometry must be an object/],
    ['latitude 91', collection(point([6.9, 91])), 'GEOJSON_MALFORMED', /coordinates must be longitude/],
    ['text as a place', collection(point(['6.9', '50.9'])), 'GEOJSON_MALFORMED', /coordinates/],
    [
      'a negative power',
      collection(point([6.95, 50.9], { powerDbm: -1 })),
      'OUT_OF_RANGE',
      /powerDbm is -1: allowed is 0 to 80/,
    ],
    [
      'a carrier nobody covers',
      collection(point([6.95, 50.9], { frequencyGHz: 0.1 })),
      'FREQUENCY_OUT_OF_RANGE',
      /UMa covers 0.5 to 100 GHz/,
    ],
    ['another carrier', collection(point([6.95, 50.9], { frequencyGHz: 2.6 })), 'GEOJSON_MALFORMED', /must be 3.5/],
  ])('refuses sites of %s', (_, text, code, message) => {
    expect(() => sitesFromGeoJson(text, project, radio)).toThrow(refused(code, message))
  })

  const ring = [[6.951, 50.901], [6.952, 50.901], [6.952, 50.902], [6.951, 50.901]] // biome-ignore format: a ring

  it('gives buildings with their courtyards, and refuses open rings', () => {
    const text = collection(
      feature({ type: 'Polygon', coordinates: [ring, ring] }, null),
      feature({ type: 'MultiPolygon', coordinates: [[ring], [ring]] }),
    )
    const walls = wallsFromGeoJson(text, project)
    expect(walls.map(wall => wall.length)).toEqual([3, 3, 3, 3])
    const open = collection(feature({ type: 'Polygon', coordinates: [ring.slice(0, 3)] }))
    expect(() => wallsFromGeoJson(open, project)).toThrow(
      refused('GEOJSON_MALFORMED', /0\/geometry\/coordinates\/0 must be a closed ring/),
    )
    expect(() => wallsFromGeoJson(collection(point([6.95, 50.9])), project)).toThrow(
      refused('GEOJSON_MALFORMED', /Polygon or MultiPolygon/),
    )
  })
})

describe('GPX', () => {
  const at = (lat: string, lon: string, time: string) => `<trkpt lat="${lat}" lon="${lon}">${time}</trkpt>`
  const gpx = (...points: string[]) => `<gpx><trk><name>walk</name><trkseg>${points.join('')}</trkseg></trk></gpx>`
  const time = (clock: string) => `<time>2026-05-04T${clock}Z</time>`

  it('gives tracks from the first moment on', () => {
    const text = gpx(at('50.9', '6.95', time('08:00:00')), at('50.901', '6.95', time('08:01:30')))
    const [track] = tracksFromGpx(text, 'my ', project)
    expect(track?.name).toBe('my walk')
    expect(track?.points.map(([t, x, y]) => [t, Math.round(x), Math.round(y)])).toEqual([
      [0, 0, 0],
      [90, 0, 111],
    ])
  })

  it.each([
    ['broken XML', '<gpx><trk>', /XML/],
    ['no track', '<gpx></gpx>', /gpx\/trk must be at least one track/],
    ['no points', '<gpx><trk></trk></gpx>', /trk\/0 must be a track with points/],
    ['no time', gpx(at('50.9', '6.95', '')), /trkpt\/0\/time/],
    ['no place', gpx(at('', '6.95', time('08:00:00'))), /trkpt\/0 must be lat and lon/],
    [
      'time running back',
      gpx(at('50.9', '6.95', time('08:01:00')), at('50.9', '6.95', time('08:00:00'))),
      /trkpt\/1\/time/,
    ],
  ])('refuses %s', (_, text, message) => {
    expect(() => tracksFromGpx(text, '', project)).toThrow(refused('GPX_MALFORMED', message))
  })

  it('expands no entities', () => {
    const text = `<!DOCTYPE gpx [<!ENTITY a "08">]>${gpx(at('50.9', '6.95', '<time>2026-05-04T&a;:00:00Z</time>'))}`
    expect(() => tracksFromGpx(text, '', project)).toThrow(refused('GPX_MALFORMED', /time/))
  })
})

describe('GTFS', () => {
  const files = {
    'stops.txt': 'stop_id,stop_lat,stop_lon\na,50.901,6.951\nb,50.902,6.953\nc,50.905,6.955\nfar,51.9,6.95\nnode,,\n',
    'trips.txt': 'route_id,service_id,trip_id\nline 1,week,t1\nline 1,sunday,t2\nline 2,week,t3\n',
    'stop_times.txt': [
      'trip_id,arrival_time,departure_time,stop_id,stop_sequence',
      't1,08:02:00,08:02:00,b,3',
      't1,08:00:00,08:00:30,a,1',
      't1,,,c,2',
      't1,08:05:00,08:05:00,c,5',
      't1,08:30:00,08:30:00,far,9',
      't2,08:00:00,08:00:00,a,1',
      't2,08:02:00,08:02:00,b,2',
      't3,25:10:00,25:10:00,a,1',
      't3,25:12:00,25:12:00,b,2',
    ].join('\r\n'),
  }
  const feed = (changes: Partial<Record<keyof typeof files, string>> = {}) =>
    zipSync(Object.fromEntries(Object.entries({ ...files, ...changes }).map(([name, text]) => [name, strToU8(text)])))
  const window = { fromS: 8 * 3_600, durationS: 600, service: undefined, area }

  it('gives the trips of the window as far as they run inside, in the order of their stops', () => {
    const tracks = tracksFromGtfs(feed(), 'bus ', project, window)
    expect(tracks.map(track => track.name)).toEqual(['bus line 1/t1', 'bus line 1/t2'])
    expect(tracks[0]?.points.map(([time]) => time)).toEqual([0, 30, 120, 300])
    expect(tracksFromGtfs(feed(), '', project, { ...window, service: 'sunday' })).toHaveLength(1)
    expect(tracksFromGtfs(feed(), '', project, { ...window, fromS: 25 * 3_600 })[0]?.name).toBe('line 2/t3')
  })

  it.each([
    ['no zip', strToU8('PK nothing'), /no zip/],
    ['a missing file', zipSync({ 'stops.txt': strToU8('x') }), /no trips.txt/],
    ['a missing column', feed({ 'stops.txt': 'stop_id,stop_lat\na,1\n' }), /stops.txt has no column "stop_lon"/],
    [
      'a wrong place',
      feed({ 'stops.txt': 'stop_id,stop_lat,stop_lon\na,north,6\n' }),
      /stops.txt, line 2: stop_lat is "north"/,
    ],
    [
      'an unknown stop',
      feed({ 'stops.txt': 'stop_id,stop_lat,stop_lon\nb,50.9,6.95\n' }),
      /line 3: stop_id "a" is not in stops.txt/,
    ],
    [
      'a wrong time',
      feed({ 'stop_times.txt': files['stop_times.txt'].replace('08:02:00', '8 o’clock') }),
      /line 2: .* is no time/,
    ],
    ['a broken row', feed({ 'trips.txt': 'route_id,service_id,trip_id\nx,y\n' }), /trips.txt is no CSV/],
  ])('refuses %s', (_, zip, message) => {
    expect(() => tracksFromGtfs(zip, '', project, window)).toThrow(refused('GTFS_MALFORMED', message))
  })
})

describe('files of a scenario', () => {
  const folder = new URL('../../scenarios/', import.meta.url)
  const read = (file: string) => readFileSync(new URL(file, folder))
  const { files, ...rest } = raw('old-town')

  it('become its cells, walls and tracks', () => {
    const scenario = validateScenario(withFiles(rest, files, read))
    expect(scenario.cells).toHaveLength(2)
    expect(scenario.cells[1]).toMatchObject({ offsetDb: -3, backhaulMbps: 500 })
    expect(scenario.walls.length).toBeGreaterThan(20)
    expect(scenario.tracks[0]).toMatchObject({ name: 'tram line 1' })
  })

  it('are refused where they do not fit', () => {
    const small = { ...rest, area: { ...(rest.area as object), widthM: 100 } }
    expect(() => validateScenario(withFiles(small, files, read))).toThrow(refused('OUTSIDE_AREA', /cells\/1 stands at/))
    expect(() => withFiles({ ...rest, cells: [] }, files, read)).toThrow(
      refused('SCENARIO_MALFORMED', /cells must be left out/),
    )
    expect(() => withFiles(rest, { maps: 'x' }, read)).toThrow(refused('SCENARIO_MALFORMED', /files\/maps/))
    expect(() => withFiles({ ...rest, area: 5 }, files, read)).toThrow(refused('SCENARIO_MALFORMED', /area must be/))
  })
})
