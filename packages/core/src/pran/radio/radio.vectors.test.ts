import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { airtimeRateMbps, widestRateMbps } from '../relay/index.js'
import * as radio from './index.js'

/** A row as the vector file has it: the figures in it are what is checked. */
type Row = ReturnType<typeof JSON.parse>

const load = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../../vectors/${name}`, import.meta.url), 'utf8'))
const checked = load('pran-radio.json')
const ns3 = load('pran-ns3.json')

type Loss = (link: radio.CellLink) => number
const CELLS: Readonly<Record<string, { readonly los: Loss; readonly nlos: Loss }>> = {
  UMa: { los: link => radio.umaLosDb(link), nlos: link => radio.umaNlosDb(link) },
  UMi: { los: radio.umiLosDb, nlos: radio.umiNlosDb },
  RMa: { los: link => radio.rmaLosDb(link), nlos: link => radio.rmaNlosDb(link) },
  InH: {
    los: link => radio.inhLosDb(link.frequencyGHz, radio.distance3dM(link)),
    nlos: link => radio.inhNlosDb(link.frequencyGHz, radio.distance3dM(link)),
  },
  'V2X urban': {
    los: link => radio.directLossDb(radio.SIDELINK_URBAN.los, radio.distance3dM(link), link.frequencyGHz),
    nlos: link => radio.directLossDb(radio.SIDELINK_URBAN.nlos, radio.distance3dM(link), link.frequencyGHz),
  },
}
const PROBABILITIES: Readonly<Record<string, (distance2dM: number, terminalHeightM: number) => number>> = {
  UMa: radio.umaLosProbability,
  UMi: distance => radio.umiLosProbability(distance),
  RMa: distance => radio.rmaLosProbability(distance),
  'InH mixed': distance => radio.inhLosProbability(distance, 'mixed'),
  'InH open': distance => radio.inhLosProbability(distance, 'open'),
}
const DIRECT: Readonly<Record<string, Readonly<Record<string, radio.DirectModel>>>> = {
  P1411: radio.P1411,
  P1238: radio.P1238,
}

/** The table's value is rounded, so half a unit of its last digit is allowed beside the limit of 1e-3 dB. */
const within = (actual: number, expected: number, limit = 1e-3) =>
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThan(limit)

describe('checked path losses (PRAN-2)', () => {
  it.for<Row>(checked.pathLoss)('$model $condition at $frequencyGHz GHz, $distance2dM m: $lossDb dB', row => {
    within(CELLS[row.model]?.[row.condition as 'los' | 'nlos'](row) ?? Number.NaN, row.lossDb)
  })

  it.for<Row>(checked.indoor)('InH $condition at $distance2dM m: $lossDb dB', row => {
    const loss = row.condition === 'los' ? radio.inhLosDb : radio.inhNlosDb
    within(loss(row.frequencyGHz, radio.distance3dM(row)), row.lossDb)
  })

  it('RMa example of a public tool', () => {
    const { base, terminal, frequencyGHz, lossDb, ...around } = checked.ruralExample
    const distance2dM = Math.hypot(terminal[0] - base[0], terminal[1] - base[1])
    const link = { frequencyGHz, distance2dM, baseHeightM: base[2], terminalHeightM: terminal[2] }
    within(radio.rmaLosDb(link, around), lossDb)
  })

  it.for<Row>(checked.wall)('wall, $building, $frequencyGHz GHz: $lossDb dB', row => {
    within(radio.wallLossDb(row.frequencyGHz, row.building), row.lossDb)
  })

  it.for<Row>(checked.direct)('$table $row, $frequencyGHz GHz, $distanceM m: $lossDb dB', row => {
    const model = DIRECT[row.table]?.[row.row]
    expect(model).toBeDefined()
    if (model !== undefined) within(radio.directLossDb(model, row.distanceM, row.frequencyGHz), row.lossDb)
  })

  it.for<Row>(checked.losProbability)('$model in sight at $distance2dM m: $probability', row => {
    within(PROBABILITIES[row.model]?.(row.distance2dM, row.terminalHeightM) ?? Number.NaN, row.probability, 5e-6)
  })
})

describe('ns-3 3.37 (PRAN-2)', () => {
  it('holds at least 100 further points', () => {
    expect(ns3.pathLoss.length * 2 + ns3.losProbability.length).toBeGreaterThan(400)
  })

  it.each(Object.keys(CELLS))('%s: every path loss within 1e-3 dB', model => {
    const rows = ns3.pathLoss.filter((row: { model: string }) => row.model === model)
    expect(rows.length).toBeGreaterThan(7)
    for (const row of rows) {
      within(CELLS[model]?.los(row) ?? Number.NaN, row.losDb)
      within(CELLS[model]?.nlos(row) ?? Number.NaN, row.nlosDb)
    }
  })

  it.each(Object.keys(PROBABILITIES))('%s: every LOS probability within 1e-8', model => {
    const rows = ns3.losProbability.filter((row: { model: string }) => row.model === model)
    expect(rows.length).toBeGreaterThan(8)
    for (const row of rows) {
      within(PROBABILITIES[model]?.(row.distance2dM, row.terminalHeightM) ?? Number.NaN, row.los, 1e-8)
    }
  })
})

describe('rates (PRAN-4)', () => {
  it.for<Row>(checked.shannon)('truncated Shannon at $snrDb dB: $efficiency', row => {
    expect(radio.shannonEfficiency(row.snrDb)).toBeCloseTo(row.efficiency, row.digits)
  })

  it('NR peak rate', () => expect(radio.nrPeakMbps(checked.nrPeak)).toBeCloseTo(checked.nrPeak.mbps, 1))

  it.for<Row>(checked.wifi)('Wi-Fi HE, $bandwidthMHz MHz', row => {
    const rates = row.mbps.map((_: number, mcs: number) => radio.heRateMbps(mcs, row.bandwidthMHz))
    rates.forEach((rate: number, mcs: number) => {
      within(rate, row.mbps[mcs], 0.005 + 1e-9)
    })
  })
})

describe('the whole chain (PRAN-5)', () => {
  const { chain } = checked
  const link = {
    frequencyGHz: chain.frequencyGHz,
    distance2dM: chain.distance2dM,
    baseHeightM: 25,
    terminalHeightM: 1.5,
  }
  const outdoors = {
    powerDbm: chain.basePowerDbm,
    gainDb: chain.baseGainDb,
    lossDb: radio.umaNlosDb(link),
    bandwidthHz: chain.bandwidthHz,
    noiseFigureDb: chain.noiseFigureDb,
  }
  const toRelay = radio.snrDb(outdoors)
  const relayMbps = radio.rateMbps(radio.shannonEfficiency(toRelay), chain.bandwidthHz)
  const directLoss = radio.directLossDb(radio.P1238.officeNlos, chain.direct.distanceM, chain.direct.frequencyGHz)
  const direct = radio.snrDb({
    powerDbm: chain.direct.powerDbm,
    gainDb: 0,
    lossDb: directLoss,
    bandwidthHz: chain.direct.bandwidthMHz * 1e6,
    noiseFigureDb: chain.direct.noiseFigureDb,
  })
  const directMbps = radio.heGoodputMbps(direct, chain.direct.bandwidthMHz)

  it('leaves the indoor user without service', () => {
    const inside = radio.outdoorToIndoorDb(chain.frequencyGHz, 'high loss', chain.depthM)
    within(inside, chain.penetrationDb)
    const snr = radio.snrDb({ ...outdoors, lossDb: outdoors.lossDb + inside })
    expect(snr).toBeCloseTo(chain.indoorSnrDb, 2)
    expect(radio.shannonEfficiency(snr)).toBe(0)
    expect(radio.nrCqi(snr)).toBe(0)
  })

  it('serves the relay', () => {
    expect(toRelay).toBeCloseTo(chain.relaySnrDb, 2)
    expect(radio.shannonEfficiency(toRelay)).toBeCloseTo(chain.relayEfficiency, 4)
    expect(relayMbps).toBeCloseTo(chain.relayMbps, 2)
  })

  it('serves the user through the relay', () => {
    expect(direct).toBeCloseTo(chain.direct.snrDb, 2)
    expect(radio.heMcs(direct)).toBe(chain.direct.mcs)
    expect(directMbps).toBeCloseTo(chain.direct.mbps, 1)
    expect(widestRateMbps([relayMbps, directMbps])).toBeCloseTo(chain.separateMbps, 2)
    expect(airtimeRateMbps([relayMbps, directMbps])).toBeCloseTo(chain.sharedMbps, 1)
  })
})
