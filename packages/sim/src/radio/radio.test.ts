import { createRandom } from '@conet/core/pran/random'
import { describe, expect, it } from 'vitest'
import { small } from '../testing/scenario.js'
import { correlatedField, freeSpaceLossDb, indexWalls, normalBelow, Radio, type Standing, sighting } from './index.js'

const AREA = { widthM: 2_000, heightM: 2_000, origin: undefined }

describe('a correlated field', () => {
  const pairs = (distanceM: number) => {
    const random = createRandom(5)
    let [xx, xy, x1] = [0, 0, 0]
    const count = 6_000
    for (let run = 0; run < 6; run++) {
      const field = correlatedField(run, AREA, 50, 100_000)
      for (let i = 0; i < count; i++) {
        const [x, y] = [random.uniform() * 1_900, random.uniform() * 2_000]
        const [a, b] = [field.at(x, y), field.at(x + distanceM, y)]
        x1 += a
        xx += a * a
        xy += a * b
      }
    }
    return { mean: x1 / (6 * count), variance: xx / (6 * count), correlation: xy / xx }
  }

  it('is standard normal and falls off by e per correlation distance (TR 38.901 clause 7.4.4)', () => {
    const { mean, variance, correlation } = pairs(50)
    expect(Math.abs(mean)).toBeLessThan(0.08)
    expect(Math.abs(variance - 1)).toBeLessThan(0.1)
    expect(Math.abs(correlation - Math.exp(-1))).toBeLessThan(0.08)
    expect(pairs(5).correlation).toBeGreaterThan(0.88)
    expect(Math.abs(pairs(500).correlation)).toBeLessThan(0.08)
  })

  it('gives the same for the same seed and stays defined at the edges', () => {
    const [one, again] = [correlatedField(3, AREA, 50, 1_000), correlatedField(3, AREA, 50, 1_000)]
    for (const at of [0, 999.5, 2_000]) expect(one.at(at, at)).toBe(again.at(at, at))
    expect([one.at(-5, 9_999), one.at(2_000, 2_000)].every(Number.isFinite)).toBe(true)
  })

  it('compares with the normal distribution', () => {
    expect(normalBelow(0)).toBeCloseTo(0.5, 7)
    expect(normalBelow(1.959964)).toBeCloseTo(0.975, 6)
    expect(normalBelow(-1)).toBeCloseTo(0.158655, 6)
  })
})

describe('walls', () => {
  const house = [
    [100, 100],
    [140, 100],
    [140, 130],
    [100, 130],
  ] as const
  const walls = indexWalls([house, house.map(([x, y]) => [x + 300, y] as const)], AREA)

  it('are crossed twice by a line through a house, once by one into it, never beside it', () => {
    expect(walls.crossings(50, 110, 200, 115)).toBe(2)
    expect(walls.crossings(50, 110, 600, 110)).toBe(4)
    expect(walls.crossings(120, 50, 120, 110)).toBe(1)
    expect(walls.crossings(50, 200, 900, 210)).toBe(0)
    expect(walls.crossings(120, 110, 125, 120)).toBe(0)
  })

  it('know their inside', () => {
    expect(walls.inside(120, 115)).toBe(true)
    expect(walls.inside(420, 129)).toBe(true)
    expect(walls.inside(200, 115)).toBe(false)
    expect(indexWalls([], AREA).inside(1, 1)).toBe(false)
  })
})

describe('a satellite', () => {
  const pass = { altitudeKm: 600, culminationS: 300, maxElevationDeg: 90, minElevationDeg: 10 }

  it('stands highest at culmination, as far as its altitude, and sinks on both sides alike', () => {
    expect(sighting(pass, 300).elevationDeg).toBeCloseTo(90, 3)
    expect(sighting(pass, 300).slantM).toBeCloseTo(600_000, 0)
    expect(sighting(pass, 200).elevationDeg).toBeCloseTo(sighting(pass, 400).elevationDeg, 9)
    expect(sighting(pass, 100).elevationDeg).toBeLessThan(sighting(pass, 200).elevationDeg)
    expect(sighting({ ...pass, maxElevationDeg: 40 }, 300).elevationDeg).toBeCloseTo(40, 6)
  })

  it('has the slant range of TR 38.811 at 10° and 600 km: 1,932 km', () => {
    let time = 300
    while (sighting(pass, time).elevationDeg > 10) time += 0.01
    expect(sighting(pass, time).slantM / 1_000).toBeCloseTo(1_932, 0)
  })

  it('loses what free space takes: 2 GHz, 600 km, 154.03 dB', () => {
    expect(freeSpaceLossDb(2, 600_000)).toBeCloseTo(154.03, 2)
    expect(() => freeSpaceLossDb(0.1, 600_000)).toThrow(/frequencyGHz is 0.1: allowed is 0.5 to 100/)
  })
})

describe('the radio of a scenario', () => {
  const one = (xM: number, yM: number, entry = 0): Standing => ({
    xM: Float64Array.of(xM),
    yM: Float64Array.of(yM),
    indoors: Uint8Array.of(entry > 0 ? 1 : 0),
    entryDb: Float64Array.of(entry),
  })

  it('silences a dead cell for the time it is dead', () => {
    const radio = new Radio(small({ cells: [{ xM: 500, yM: 400, dead: { fromS: 10, toS: 20 } }] }), 1)
    const level = (time: number) => {
      radio.moment(time)
      return radio.receivedDbm(one(450, 400), 0, 0, 50)
    }
    expect([level(9), level(20)].every(dbm => dbm > -100)).toBe(true)
    expect(level(10)).toBeLessThan(-200)
  })

  it('loses the way in, and sees round no corner where walls are known', () => {
    const wall = [[470, 380], [480, 380], [480, 420], [470, 420]] // biome-ignore format: corners
    const open = new Radio(small({ cells: [{ xM: 500, yM: 400 }] }), 1)
    const built = new Radio(small({ cells: [{ xM: 500, yM: 400 }], walls: [wall] }), 1)
    const at = (radio: Radio, entry = 0) => radio.receivedDbm(one(400, 400, entry), 0, 0, 100)
    expect(at(open) - at(open, 20)).toBeCloseTo(20, 9)
    expect(built.receivedDbm(one(520, 400), 0, 0, 100) - at(built)).toBeGreaterThan(5)
  })

  it('carries less the farther two terminals are apart', () => {
    const radio = new Radio(small(), 1)
    const mean = (distance: number) => {
      let sum = 0
      for (let i = 0; i < 200; i++) {
        const [x, y] = [20 + 4 * i, 13 + 3 * i]
        const two = {
          xM: Float64Array.of(x, x + distance),
          yM: Float64Array.of(y, y),
          indoors: new Uint8Array(2),
          entryDb: new Float64Array(2),
        }
        const level = radio.directDbm(two, 0, 1, distance)
        expect(radio.directDbm(two, 1, 0, distance)).toBe(level)
        sum += radio.direct.rateMbps(level)
      }
      return sum / 200
    }
    expect(mean(10)).toBeGreaterThan(mean(40))
    expect(mean(40)).toBeGreaterThan(mean(79))
  })
})
