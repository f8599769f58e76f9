import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PranError } from '../codes.js'
import { createRandom } from '../random/index.js'
import * as radio from './index.js'

const link = { frequencyGHz: 3.5, distance2dM: 200, baseHeightM: 25, terminalHeightM: 1.5 }
const street = { ...link, baseHeightM: 10 }
const village = { ...link, baseHeightM: 35 }

function errorOf(act: () => unknown): PranError | undefined {
  try {
    act()
  } catch (error) {
    if (error instanceof PranError) return error
    throw error
  }
  return undefined
}

describe('bad input names the range (PRAN-1)', () => {
  const macro = [(changed: object) => radio.umaLosDb({ ...link, ...changed })]
  const cells = [
    ...macro,
    (changed: object) => radio.umaNlosDb({ ...link, ...changed }),
    (changed: object) => radio.umiLosDb({ ...street, ...changed }),
    (changed: object) => radio.umiNlosDb({ ...street, ...changed }),
    (changed: object) => radio.rmaLosDb({ ...village, ...changed }),
    (changed: object) => radio.rmaNlosDb({ ...village, ...changed }),
  ]
  const outside = [
    { frequencyGHz: 0.4 },
    { frequencyGHz: 101 },
    { frequencyGHz: -3.5 },
    { distance2dM: 9.9 },
    { distance2dM: 10_001 },
    { baseHeightM: 0 },
    { baseHeightM: 151 },
    { terminalHeightM: 0.9 },
    { terminalHeightM: 23 },
  ]
  it.each(outside)('cells refuse %o', changed => {
    const [name = '', value] = Object.entries(changed)[0] ?? []
    for (const cell of cells) {
      const error = errorOf(() => cell(changed))
      expect(error?.code).toBe('OUT_OF_RANGE')
      expect(error?.data).toMatchObject({ name, value })
      expect(error?.message).toContain(`${error?.data.min} to ${error?.data.max}`)
    }
  })

  it('nothing that is not a number passes', () => {
    for (const key of Object.keys(link)) {
      for (const cell of cells) expect(errorOf(() => cell({ [key]: Number.NaN }))?.code).toBe('NOT_A_NUMBER')
    }
    expect(errorOf(() => radio.shannonEfficiency(Number.NaN))?.code).toBe('NOT_A_NUMBER')
    expect(errorOf(() => radio.heMcs(Number.POSITIVE_INFINITY))?.code).toBe('NOT_A_NUMBER')
  })

  it('direct models, indoor, penetration, rates and powers have their own ranges', () => {
    const cases: [() => unknown, string][] = [
      [() => radio.directLossDb(radio.P1411.los, 4, 2.4), 'distanceM'],
      [() => radio.directLossDb(radio.P1411.nlosHighRise, 50, 60), 'frequencyGHz'],
      [() => radio.inhLosDb(5, 0.5), 'distance3dM'],
      [() => radio.inhLosProbability(-1, 'open'), 'distance2dM'],
      [() => radio.wallLossDb(0.1, 'high loss'), 'frequencyGHz'],
      [() => radio.outdoorToIndoorDb(3.5, 'low loss', 26), 'depthM'],
      [() => radio.rmaLosDb(village, { buildingHeightM: 4, streetWidthM: 20 }), 'buildingHeightM'],
      [() => radio.noiseDbm(0, 5), 'bandwidthHz'],
      [() => radio.noiseDbm(1e6, -1), 'noiseFigureDb'],
      [() => radio.phonePowerMw(radio.PHONES_2012.lte, -1, 0), 'upMbps'],
      [() => radio.basePowerW(radio.BASES_2010.macro, 6, 1.1), 'load'],
      [() => radio.pathEnergyNjPerBit([{ transmitterMw: -1, receiverMw: 0, rateMbps: 1 }]), 'transmitterMw'],
      [() => radio.pathEnergyNjPerBit([{ transmitterMw: 1, receiverMw: 0, rateMbps: 0 }]), 'rateMbps'],
      [() => radio.levelDbm(-1), 'powerMw'],
      [
        () => radio.nrPeakMbps({ layers: 9, modulationBits: 8, resourceBlocks: 273, numerology: 1, overhead: 0 }),
        'layers',
      ],
      [() => radio.heRateMbps(12, 20), 'mcs'],
      [() => radio.snrDb({ powerDbm: 20, gainDb: 0, lossDb: -1, bandwidthHz: 1e6, noiseFigureDb: 5 }), 'lossDb'],
      [() => radio.umaLosDb({ ...link, terminalHeightM: 10 }, 12), 'effectiveHeightM'],
    ]
    for (const [act, name] of cases) expect(errorOf(act)?.data.name, name).toBe(name)
  })
})

describe('path loss behaves', () => {
  const far = fc.double({ min: 10, max: 5_000, noNaN: true })
  const near = fc.double({ min: 1.5, max: 13, noNaN: true })
  const carrier = fc.double({ min: 0.5, max: 30, noNaN: true })

  it('a high terminal just beyond the near field is seen for certain, not more', () => {
    expect(radio.umaLosProbability(18.000001, 22.5)).toBe(1)
    expect(radio.umaLosProbability(100, 22.5)).toBeLessThan(1)
  })

  it('out of sight never loses less than in sight, and probabilities are probabilities', () => {
    fc.assert(
      fc.property(far, near, carrier, (distance2dM, height, frequencyGHz) => {
        const at = { frequencyGHz, distance2dM, baseHeightM: 25, terminalHeightM: Math.min(height, 10) }
        expect(radio.umaNlosDb(at)).toBeGreaterThanOrEqual(radio.umaLosDb(at))
        expect(radio.umiNlosDb(at)).toBeGreaterThanOrEqual(radio.umiLosDb(at))
        expect(radio.rmaNlosDb(at)).toBeGreaterThanOrEqual(radio.rmaLosDb(at))
        for (const p of [radio.umaLosProbability(distance2dM, 22.5), radio.umiLosProbability(distance2dM)]) {
          expect(p > 0 && p <= 1).toBe(true)
        }
      }),
    )
  })

  it('grows with distance, also across the breakpoint', () => {
    fc.assert(
      fc.property(far, fc.double({ min: 1, max: 1.2, noNaN: true }), (distance2dM, factor) => {
        const next = Math.min(5_000, distance2dM * factor)
        const at = (distance: number) => ({ ...link, distance2dM: distance })
        expect(radio.umaLosDb(at(next))).toBeGreaterThanOrEqual(radio.umaLosDb(at(distance2dM)) - 1e-9)
        expect(radio.umaNlosDb(at(next))).toBeGreaterThanOrEqual(radio.umaNlosDb(at(distance2dM)) - 1e-9)
      }),
    )
  })

  it('effective heights are streets below 13 m, else the drawn set with its probability', () => {
    const random = createRandom(3)
    expect(radio.umaEffectiveHeightM(500, 12.9, 0.999)).toBe(1)
    const drawn = Array.from({ length: 20_000 }, () => radio.umaEffectiveHeightM(300, 22.5, random.uniform()))
    expect([...new Set(drawn)].sort((a, b) => a - b)).toEqual([1, 12, 15, 18, 21])
    const expected = 1 / (1 + 0.95 ** 1.5 * 1.25 * 27 * Math.exp(-2))
    const share = drawn.filter(height => height === 1).length / drawn.length
    expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / drawn.length))
    expect(radio.umaLosDb({ ...link, terminalHeightM: 22.5 }, 21)).toBeGreaterThan(0)
  })
})

describe('shadowing (PRAN-3)', () => {
  it('keeps its variance and loses its memory as e^(−Δx/d)', () => {
    const random = createRandom(11)
    const step = 10
    const spec = radio.SHADOWING.umaNlos
    const values: number[] = []
    let value: number | undefined
    for (let i = 0; i < 60_000; i++) {
      value = radio.nextShadowingDb(value, step, spec, random.gaussian())
      values.push(value)
    }
    const mean = (of: readonly number[]) => of.reduce((sum, x) => sum + x, 0) / of.length
    const variance = mean(values.map(x => x * x))
    expect(variance / spec.sigmaDb ** 2).toBeGreaterThan(0.95)
    expect(variance / spec.sigmaDb ** 2).toBeLessThan(1.05)
    for (const lag of [1, 5]) {
      const covariance = mean(values.slice(lag).map((x, i) => x * (values[i] ?? 0)))
      expect(covariance / variance).toBeCloseTo(radio.shadowingCorrelation(lag * step, spec), 1)
    }
  })

  it('does not change without a move', () => {
    expect(radio.nextShadowingDb(3.2, 0, radio.SHADOWING.umiLos, 2)).toBe(3.2)
    expect(radio.nextShadowingDb(undefined, 5, radio.SHADOWING.umiLos, 1)).toBe(4)
  })

  it('depth inside is the smaller of two draws', () => {
    expect(radio.indoorDepthM(0.8, 0.4)).toBe(10)
    expect(radio.indoorDepthM(0.8, 0.9, 10)).toBe(8)
  })
})

describe('rates and energy', () => {
  it('CQI and MCS step exactly at their thresholds and never fall with SNR', () => {
    radio.NR_CQI.forEach((row, i) => {
      expect(radio.nrCqi(row.snrDb)).toBe(i + 1)
      expect(radio.nrCqi(row.snrDb - 0.01)).toBe(i)
      expect(radio.nrCqiEfficiency(i + 1)).toBe(row.efficiency)
    })
    radio.HE_MCS.forEach((row, i) => {
      expect(radio.heMcs(row.snrDb)).toBe(i)
      expect(radio.heMcs(row.snrDb - 0.01)).toBe(i - 1)
    })
    expect(radio.heRateMbps(-1, 20)).toBe(0)
    expect(radio.nrCqi(Number.NEGATIVE_INFINITY)).toBe(0)
  })

  it('counts both ends of every hop', () => {
    const wifi = radio.phonePowerMw(radio.PHONES_2012.wifi, 0, 10)
    expect(wifi).toBeCloseTo(132.86 + 1370.1, 6)
    const hops = [
      { transmitterMw: 100, receiverMw: 50, rateMbps: 10 },
      { transmitterMw: 100, receiverMw: 50, rateMbps: 5 },
    ]
    expect(radio.pathEnergyNjPerBit(hops)).toBeCloseTo(45, 9)
    expect(radio.basePowerW(radio.BASES_2010.macro, 6, 1)).toBeCloseTo(6 * (130 + 94), 9)
    expect(radio.basePowerW(radio.BASES_2010.femto, 2, undefined)).toBeCloseTo(5.8, 9)
  })

  it('levels and powers are inverse', () => {
    expect(radio.levelDbm(radio.milliwatts(17.3))).toBeCloseTo(17.3, 9)
  })
})
