import { associate, createRandom } from '@conet/core/pran'
import { validateScenario } from '@conet/sim'
import { Radio, type Standing } from '@conet/sim/radio'
import { note, option, percentile, printFigures } from './lib.js'

/**
 * One step of the simulator's own radio for a city of 100 macro cells: correlated shadowing and sight from its fields, walls on the
 * way in, direct links, up to three hops; every terminal asks. Control in the same run: the same step for a tenth of the
 * terminals. Limits: stepCpuMs ≤ 1,000 on one core, growth10kTo100k (CPU time, ten times the terminals) ≤ 15.
 */

const TERMINALS = option('terminals', 100_000)
const SIDE_M = 12_000

const scenario = validateScenario({
  name: 'bench',
  title: 'Bench',
  summary: 'A city of 100 macro cells.',
  area: { widthM: SIDE_M, heightM: SIDE_M },
  durationS: 1,
  radio: {
    model: 'uma',
    frequencyGHz: 3.5,
    bandwidthMHz: 100,
    powerDbm: 49,
    gainDb: 8,
    cellRangeM: 5_000,
    neighbourLoad: 0.3,
  },
  cells: { columns: 10, rows: 10 },
  direct: { place: 'street', frequencyGHz: 2.4, bandwidthMHz: 20, rangeM: 100 },
  relay: { enoughMbps: 20 },
  terminals: [{ name: 'all', count: TERMINALS }],
  traffic: { sessionsPerHour: 1, meanMB: 1 },
  sharing: { minReserve: 1, maxReserve: 1, advertised: 1 },
  money: { perGiB: 1 },
})

/** Uniform; six in ten stand inside, and half of the others share. */
function crowd(count: number): { standing: Standing; shares: Uint8Array } {
  const random = createRandom(1)
  const axis = () => Float64Array.from({ length: count }, () => SIDE_M * random.uniform())
  const indoors = Uint8Array.from({ length: count }, () => (random.uniform() < 0.6 ? 1 : 0))
  const entryDb = Float64Array.from(indoors, inside => 20 * inside)
  const shares = indoors.map(inside => (inside === 0 && random.uniform() < 0.5 ? 1 : 0))
  return { standing: { xM: axis(), yM: axis(), indoors, entryDb }, shares }
}

function costOf(radio: Radio, count: number): { wallMs: number; cpuMs: number; relayed: number } {
  const { standing, shares } = crowd(count)
  const play = () => associate(radio.step(standing, shares))
  const relayed = play().hops.filter(hops => hops > 1).length / count
  const runs = Array.from({ length: 5 }, () => {
    const [start, before] = [performance.now(), process.cpuUsage()]
    play()
    const { user, system } = process.cpuUsage(before)
    return { wallMs: performance.now() - start, cpuMs: (user + system) / 1_000 }
  })
  const cpu = runs.map(run => run.cpuMs)
  return { wallMs: Math.min(...runs.map(run => run.wallMs)), cpuMs: percentile(cpu, 0.5), relayed }
}

note('preparing the fields of 100 cells')
const start = performance.now()
const radio = new Radio(scenario, 1)
radio.moment(0)
const setUpMs = performance.now() - start
note(`one step for ${TERMINALS / 10} and ${TERMINALS} terminals`)
const small = costOf(radio, TERMINALS / 10)
const large = costOf(radio, TERMINALS)

printFigures({
  terminals: TERMINALS,
  cells: 100,
  setUpMs,
  stepMs: large.wallMs,
  stepCpuMs: large.cpuMs,
  step10kMs: small.wallMs,
  step10kCpuMs: small.cpuMs,
  growth10kTo100k: large.cpuMs / small.cpuMs,
  relayedShare: large.relayed,
})
