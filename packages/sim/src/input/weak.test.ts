import { createRandom } from '@conet/core/pran/random'
import { describe, expect, it } from 'vitest'
import { findWeakCells, type Measurement, measurementsFromCsv } from './index.js'

const HEAD = 'time,lat,lon,rsrp,device'
const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

describe('measurements', () => {
  it('are read in any order of columns, without sentinels', () => {
    const text =
      'device,rsrp,rsrq,lon,lat,time\r\nd1,-90.5,-11,6.95,50.9,t\r\nd1,-200,,6.95,50.9,t\r\nd2,2147483647,,6.95,50.9,t\r\nd2,,,6.95,50.9,t\r\n'
    const { list, sentinels } = measurementsFromCsv(text)
    expect(list).toEqual([{ time: 't', lat: 50.9, lon: 6.95, rsrpDbm: -90.5, device: 'd1' }])
    expect(sentinels).toBe(3)
  })

  it.each([
    ['a missing column', 'time,lat,lon,rsrp\n', 'COLUMN_MISSING', /no column "device"/],
    ['a level that no phone reports', `${HEAD}\nt,50,6,-30,d\n`, 'ROW_MALFORMED', /line 2: rsrp is "-30"/],
    ['latitude 95', `${HEAD}\nt,95,6,-90,d\n`, 'ROW_MALFORMED', /line 2: lat is "95"/],
    ['words', `${HEAD}\nt,50,6,-90,d\nt,50,6,weak,d\n`, 'ROW_MALFORMED', /line 3: rsrp is "weak"/],
    ['rows of different length', `${HEAD}\nt,50\n`, 'ROW_MALFORMED', /no CSV/],
    ['nothing', '', 'COLUMN_MISSING', /no column/],
  ])('refuse %s', (_, text, code, message) => {
    expect(() => measurementsFromCsv(text)).toThrow(refused(code, message))
  })
})

/** A field that falls from west to east, seen by three devices of which one reads 6 dB too high. */
function drive(count: number): Measurement[] {
  const random = createRandom(11)
  return Array.from({ length: count }, (_, i) => {
    const [lat, lon] = [50.9 + 0.01 * random.uniform(), 6.95 + 0.03 * random.uniform()]
    const device = `d${i % 3}`
    const level = -90 - ((lon - 6.95) / 0.03) * 30 + 2 * random.gaussian() + (device === 'd2' ? 6 : 0)
    return { time: '', lat, lon, rsrpDbm: level, device }
  })
}

describe('weak cells (SIM-12)', () => {
  const options = { resolution: 9, thresholdDbm: -105, devices: 3 }
  const report = findWeakCells(drive(3_000), options)

  it('finds what one device reads above the others', () => {
    expect((report.offsetsDb.d2 ?? 0) - (report.offsetsDb.d0 ?? 0)).toBeCloseTo(6, 0)
    expect(Math.abs(report.offsetsDb.d1 ?? 9)).toBeLessThan(0.6)
  })

  it('calls the eastern half weak, as one area', () => {
    const weak = report.hexagons.filter(hexagon => hexagon.weak)
    expect(weak.length / report.hexagons.length).toBeGreaterThan(0.35)
    expect(weak.length / report.hexagons.length).toBeLessThan(0.65)
    for (const hexagon of weak) expect(hexagon.medianDbm).toBeLessThan(-103)
    expect(report.clusters).toHaveLength(1)
    expect(report.clusters[0]).toHaveLength(weak.length)
  })

  it('foretells left-out points to about the noise (2 dB, and what 8 neighbours add)', () => {
    expect(report.rmseDb.point).toBeGreaterThan(1.8)
    expect(report.rmseDb.point).toBeLessThan(2.8)
    expect(report.rmseDb.cell).toBeGreaterThan(0)
    expect(report.rmseDb.cell).toBeLessThan(4)
  })

  it('draws thin evidence towards the rest, and wants several devices', () => {
    const alone: Measurement = { time: '', lat: 50.99, lon: 6.95, rsrpDbm: -130, device: 'd0' }
    const { hexagons } = findWeakCells([...drive(3_000), alone], options)
    const thin = hexagons.find(hexagon => hexagon.count === 1 && hexagon.medianDbm < -125)
    expect(thin?.weakShare).toBeLessThan(1)
    expect(thin?.weak).toBe(false)
  })

  it('states what it falls back to with one measurement, or none that varies', () => {
    const one = drive(1)
    expect(findWeakCells(one, options)).toMatchObject({ prior: { fitted: false }, rmseDb: { point: null, cell: null } })
    expect(() => findWeakCells([], options)).toThrow(refused('ROW_MALFORMED', /no measurement/))
    expect(() => findWeakCells(one, { ...options, resolution: 3 })).toThrow(refused('OUT_OF_RANGE', /resolution is 3/))
    expect(() => findWeakCells(one, { ...options, thresholdDbm: 10 })).toThrow(refused('OUT_OF_RANGE', /thresholdDbm/))
  })
})
