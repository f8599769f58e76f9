import {
  type DirectModel,
  directLossDb,
  heGoodputMbps,
  inhLosProbability,
  noiseDbm,
  P1238,
  P1411,
  SIDELINK_URBAN,
  umiLosProbability,
} from '@conet/core/pran'
import { hashGaussian, hashUniform } from '@conet/core/pran/random'
import type { DirectPlace, DirectRadio } from '../scenario/types.js'
import { tabulate } from './curve.js'

interface DirectPair {
  readonly source: string
  readonly los: DirectModel
  readonly nlos: DirectModel
  /** Chance of being in sight; our choice, as the recommendations leave it to the site. */
  readonly sight: 'street' | 'indoor'
}

/** Models between two terminals by surroundings. */
export const DIRECT_MODEL: Readonly<Record<DirectPlace, DirectPair>> = {
  street: { source: 'ITU-R P.1411-11', los: P1411.los, nlos: P1411.nlosHighRise, sight: 'street' },
  residential: { source: 'ITU-R P.1411-11', los: P1411.los, nlos: P1411.nlosResidential, sight: 'street' },
  office: { source: 'ITU-R P.1238-11', los: P1238.officeLos, nlos: P1238.officeNlos, sight: 'indoor' },
  corridor: { source: 'ITU-R P.1238-11', los: P1238.corridorLos, nlos: P1238.corridorNlos, sight: 'indoor' },
  sidelink: { source: 'TR 37.885', los: SIDELINK_URBAN.los, nlos: SIDELINK_URBAN.nlos, sight: 'street' },
}

/** Luck of a link belongs to both places, in squares of this size: small steps keep it. */
const LUCK_M = 10
/** Walls beyond this many let nothing through in any case. */
const MOST_WALLS = 4

export interface DirectLink {
  readonly ax: number
  readonly ay: number
  readonly bx: number
  readonly by: number
  readonly distanceM: number
  /** Walls between, if they are known; else `undefined` and sight is drawn. */
  readonly walls: number | undefined
  /** Ends that are indoors in a building of their own, 0–2; only where walls are not known. */
  readonly indoorEnds: number
}

/** Levels and rates between terminals of one scenario and seed. */
export class DirectLinks {
  readonly #loss: readonly [los: (distanceM: number) => number, nlos: (distanceM: number) => number]
  readonly #sight: (distanceM: number) => number
  readonly #noiseDbm: number
  readonly #rates: Float64Array
  readonly #pair: DirectPair

  constructor(
    private readonly radio: DirectRadio,
    private readonly wallDb: number,
    private readonly seed: number,
  ) {
    const pair = DIRECT_MODEL[radio.place]
    const curve = (model: DirectModel) =>
      tabulate(
        distance => directLossDb(model, distance, radio.frequencyGHz),
        model.distanceM.min,
        Math.min(model.distanceM.max, Math.max(radio.rangeM, model.distanceM.min + 1)),
        0.5,
      )
    this.#pair = pair
    this.#loss = [curve(pair.los), curve(pair.nlos)]
    const chance =
      pair.sight === 'street' ? umiLosProbability : (d: number) => inhLosProbability(Math.min(d, 145), 'open')
    this.#sight = tabulate(chance, 0, radio.rangeM, 0.5)
    this.#noiseDbm = noiseDbm(radio.bandwidthMHz * 1e6, radio.noiseFigureDb)
    this.#rates = rateTable(radio)
  }

  /** Level at the receiver, dBm. Alike in both directions. */
  levelDbm(link: DirectLink): number {
    const [one, other] = [square(link.ax, link.ay), square(link.bx, link.by)]
    const [a, b] = one < other ? [one, other] : [other, one]
    const near = link.distanceM < this.#pair.nlos.distanceM.min
    const drawn = link.walls === undefined && !near && hashUniform(this.seed, a, b) >= this.#sight(link.distanceM)
    const hidden = drawn || ((link.walls ?? 0) > 0 && !near)
    const model = hidden ? this.#pair.nlos : this.#pair.los
    const median = hidden ? this.#loss[1](link.distanceM) : this.#loss[0](link.distanceM)
    const luck = model.sigmaDb * hashGaussian(this.seed + 1, a, b)
    return this.radio.powerDbm - median - luck - this.wallDb * Math.min(MOST_WALLS, link.walls ?? link.indoorEnds)
  }

  rateMbps(levelDbm: number): number {
    const at = Math.floor(levelDbm - this.#noiseDbm) + 10
    return at < 0 ? 0 : (this.#rates[Math.min(at, this.#rates.length - 1)] ?? 0)
  }
}

/** Goodput per whole decibel from −10 to 40 dB, rounded down: finer than any forecast of a link. */
function rateTable(radio: DirectRadio): Float64Array {
  return Float64Array.from({ length: 51 }, (_, i) => heGoodputMbps(i - 10, radio.bandwidthMHz, radio.efficiency))
}

function square(xM: number, yM: number): number {
  return (Math.floor(xM / LUCK_M) << 15) ^ Math.floor(yM / LUCK_M)
}
