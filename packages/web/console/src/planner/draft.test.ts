import { describe, expect, it } from 'vitest'
import { check, type Draft, listAt, moved, typed, valueAt, withEntry, withoutEntry, withValue } from './draft.js'
import { draftAsJson, draftAsYaml, draftFromText, withGeoJson } from './files.js'
import { FIRST, SHIPPED } from './shipped.js'

const first: Draft = SHIPPED.get(FIRST) ?? {}

describe('a draft', () => {
  it.each([...SHIPPED])('%s, as shipped, can be played', (_, draft) => {
    expect(check(draft).trouble).toBeUndefined()
  })

  it('changes at a path and leaves what it came from alone', () => {
    const next = withValue(first, 'terminals/1/count', 7)
    expect(valueAt(next, 'terminals/1/count')).toBe(7)
    expect(valueAt(first, 'terminals/1/count')).toBe(100)
    expect(valueAt(next, 'terminals/0')).toBe(valueAt(first, 'terminals/0'))
    expect(check(next).scenario?.terminals[1]?.count).toBe(7)
  })

  it('gets and loses sites', () => {
    const more = withEntry(first, 'cells', { xM: 5, yM: 6 })
    expect(check(more).scenario?.cells).toHaveLength(5)
    expect(listAt(withoutEntry(more, 'cells', 0), 'cells')).toHaveLength(4)
  })

  it.each([
    ['radio/powerDbm', -3, 'OUT_OF_RANGE', /allowed is 0 to 80/],
    ['radio/frequencyGHz', 400, 'FREQUENCY_OUT_OF_RANGE', /covers 0.5 to 100 GHz/],
    ['terminals/0/sharerShare', 1.5, 'OUT_OF_RANGE', /allowed is 0 to 1/],
    ['durationS', 'soon', 'SCENARIO_MALFORMED', /must be a number/],
  ])('%s of %s is refused at its place', (path, value, code, message) => {
    const { trouble } = check(withValue(first, path, value))
    expect(trouble).toMatchObject({ code, path })
    expect(trouble?.message).toMatch(message)
  })

  it('takes a number for one, and leaves other text to the check', () => {
    expect([typed(' 3,5 '), typed('-2'), typed(''), typed('x'), typed('Infinity')]).toEqual([
      3.5,
      -2,
      '',
      'x',
      'Infinity',
    ])
  })

  it('moves an outline as a whole', () => {
    expect(
      moved(
        [
          [0, 0],
          [10, 0],
          [0, 10],
        ],
        1.26,
        -2,
      ),
    ).toEqual([
      [1.3, -2],
      [11.3, -2],
      [1.3, 8],
    ])
  })
})

describe('scenario files', () => {
  it.each([draftAsYaml, draftAsJson])('%o is read again as it was', write => {
    expect(draftFromText(write(first))).toEqual(first)
  })

  it.each([
    ['name: x', /SCENARIO_MALFORMED|OUT_OF_RANGE/],
    ['a: [', /./],
    ['files: { sites: x.geojson }', /names other files/],
  ])('%s is refused', (text, message) => {
    expect(() => draftFromText(text)).toThrow(message)
  })

  it('takes sites and buildings from GeoJSON, if the area has a place on Earth', () => {
    const point = { type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [7.005, 50.002] } }
    const text = JSON.stringify({ type: 'FeatureCollection', features: [point] })
    expect(() => withGeoJson(first, 'cells', text)).toThrow(/area\/origin is missing/)
    const placed = withValue(first, 'area/origin', { lat: 50, lon: 7 })
    const [site] = check(withGeoJson(placed, 'cells', text)).scenario?.cells ?? []
    expect(site?.xM).toBeCloseTo(357, 0)
    expect(site?.yM).toBeCloseTo(222, 0)
    expect(() => withGeoJson(placed, 'walls', text)).toThrow(/Polygon/)
  })
})
