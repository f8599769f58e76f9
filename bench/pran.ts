import {
  type AssociationStep,
  associate,
  createRandom,
  directLossDb,
  hashGaussian,
  hashUniform,
  heGoodputMbps,
  nrCqi,
  nrCqiEfficiency,
  P1411,
  SHADOWING,
  umaLosDb,
  umaLosProbability,
  umaNlosDb,
  WIDEST,
} from '@conet/core/pran'
import { note, option, percentile, printFigures } from './lib.js'

/**
 * One step of association and relay choice for a city of 100 macro cells: UMa with drawn sight and shadowing, direct links after
 * P.1411, up to three hops. Control in the same run: the same decision for fewer terminals by comparing all pairs of terminals
 * and sharers; its cost grows with the square (fourfold for twice the terminals). Limits: stepMs ≤ 1,000, growth10kTo100k (CPU time, ten times the terminals) ≤ 15.
 */

const TERMINALS = option('terminals', 100_000)
const CELLS = 100
const SPACING_M = 1_200
const SIDE_M = 10 * SPACING_M
const SEED = 1
const CARRIER_GHZ = 3.5
const BAND_MHZ = 100
const DIRECT_GHZ = 2.4

/** Uniform, or half of all terminals in one stadium of 150 m: crowds are where a fixed grid would fall back to all pairs. */
function city(count: number, crowd: boolean): AssociationStep {
  const random = createRandom(SEED)
  const place = (i: number) =>
    crowd && i % 2 === 0 ? SIDE_M / 2 + 75 * random.gaussian() : Math.min(SIDE_M - 1, SIDE_M * random.uniform())
  const axis = () => Float64Array.from({ length: count }, (_, i) => place(i))
  const indoors = Uint8Array.from({ length: count }, () => (random.uniform() < 0.6 ? 1 : 0))
  return {
    terminals: { xM: axis(), yM: axis() },
    shares: indoors.map(indoor => (indoor === 0 && random.uniform() < 0.5 ? 1 : 0)),
    cells: {
      xM: Float64Array.from({ length: CELLS }, (_, i) => SPACING_M * ((i % 10) + 0.5)),
      yM: Float64Array.from({ length: CELLS }, (_, i) => SPACING_M * (Math.floor(i / 10) + 0.5)),
    },
    rules: {
      cellsMeasured: 7,
      cellRangeM: 5_000,
      noiseDbm: -85,
      neighbourLoad: 0.3,
      enoughMbps: 20,
      relaysTried: 8,
      directRangeM: 100,
      maxHops: 3,
      slots: 4,
    },
    metric: WIDEST,
    receivedDbm: (terminal, cell, distance) => received(terminal, cell, distance, indoors[terminal] === 1),
    cellRateMbps: sinr => BAND_MHZ * nrCqiEfficiency(nrCqi(sinr)),
    directRateMbps: (from, to, distance) => direct(from, to, distance),
  }
}

/** 57 dBm after the antenna; walls take 20 dB on average. */
function received(terminal: number, cell: number, distance: number, indoors: boolean): number {
  const link = {
    frequencyGHz: CARRIER_GHZ,
    distance2dM: Math.min(5_000, Math.max(10, distance)),
    baseHeightM: 25,
    terminalHeightM: 1.5,
  }
  const inSight = hashUniform(SEED, terminal, cell) < umaLosProbability(link.distance2dM, link.terminalHeightM)
  const { sigmaDb } = inSight ? SHADOWING.umaLos : SHADOWING.umaNlos
  const loss = inSight ? umaLosDb(link) : umaNlosDb(link)
  return 57 - loss - sigmaDb * hashGaussian(SEED + 1, terminal, cell) - (indoors ? 20 : 0)
}

/** A phone's soft access point of 17 dBm on 20 MHz, in sight up to 30 m, else round corners. */
function direct(from: number, to: number, distance: number): number {
  const model = distance < 30 ? P1411.los : P1411.nlosHighRise
  const loss = directLossDb(model, Math.max(model.distanceM.min, distance), DIRECT_GHZ)
  const shadow = model.sigmaDb * hashGaussian(SEED + 2, Math.min(from, to), Math.max(from, to))
  return heGoodputMbps(17 - loss - shadow + 94, 20)
}

interface Cost {
  /** Least of five after one run that warms up: what the step takes when nobody else wants the core. */
  readonly wallMs: number
  /** Median CPU time of the process in these runs, garbage collection included. */
  readonly cpuMs: number
}

function costOf(step: AssociationStep): Cost {
  associate(step)
  const runs = Array.from({ length: 5 }, () => {
    const [start, before] = [performance.now(), process.cpuUsage()]
    associate(step)
    const { user, system } = process.cpuUsage(before)
    return { wallMs: performance.now() - start, cpuMs: (user + system) / 1_000 }
  })
  return {
    wallMs: Math.min(...runs.map(run => run.wallMs)),
    cpuMs: percentile(
      runs.map(run => run.cpuMs),
      0.5,
    ),
  }
}

/** Best sharer of each terminal, found by looking at all of them. */
function allPairs(step: AssociationStep): { readonly cpuMs: number } {
  const { xM, yM } = step.terminals
  const before = process.cpuUsage()
  let heard = 0
  for (let a = 0; a < xM.length; a++) {
    let best = 0
    for (let b = 0; b < xM.length; b++) {
      if (step.shares[b] !== 1 || a === b) continue
      const distance = Math.hypot((xM[a] ?? 0) - (xM[b] ?? 0), (yM[a] ?? 0) - (yM[b] ?? 0))
      if (distance <= step.rules.directRangeM) best = Math.max(best, step.directRateMbps(a, b, distance))
    }
    if (best > 0) heard++
  }
  note(`control: ${heard} of ${xM.length} hear a sharer`)
  const { user, system } = process.cpuUsage(before)
  return { cpuMs: (user + system) / 1_000 }
}

note(`one step for ${TERMINALS / 10} and ${TERMINALS} terminals`)
const small = costOf(city(TERMINALS / 10, false))
const step = city(TERMINALS, false)
const large = costOf(step)
const crowd = costOf(city(TERMINALS, true))
const outcome = associate(step)
const share = (test: (hops: number) => boolean) => outcome.hops.filter(test).length / TERMINALS
note('control: all pairs')
const controlSmall = allPairs(city(TERMINALS / 20, false))
const controlLarge = allPairs(city(TERMINALS / 10, false))

printFigures({
  terminals: TERMINALS,
  cells: CELLS,
  stepMs: large.wallMs,
  stepCpuMs: large.cpuMs,
  step10kMs: small.wallMs,
  growth10kTo100k: large.cpuMs / small.cpuMs,
  crowdMs: crowd.wallMs,
  crowdCpuMs: crowd.cpuMs,
  straightShare: share(hops => hops === 1),
  relayedShare: share(hops => hops > 1),
  control10kMs: controlLarge.cpuMs,
  controlGrowth5kTo10k: controlLarge.cpuMs / controlSmall.cpuMs,
})
