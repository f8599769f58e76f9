import { hashGaussian, hashUniform } from '@conet/core/pran/random'
import { subSeed } from '../radio/index.js'
import type { Scenario } from '../scenario/types.js'
import type { Terminals } from './terminals.js'

/** What one world still has to carry. The two worlds, with and without P-RAN, get the same sessions. */
export class Backlog {
  readonly bytes: Float64Array
  readonly delivered: Float64Array
  /** Seconds in which a terminal wanted something. */
  readonly wantedS: Float64Array
  offered = 0
  givenUp = 0
  #sinceS: Float64Array

  constructor(
    count: number,
    private readonly patienceS: number,
  ) {
    this.bytes = new Float64Array(count)
    this.delivered = new Float64Array(count)
    this.wantedS = new Float64Array(count)
    this.#sinceS = new Float64Array(count)
  }

  /** A session arrives; one that meets another is carried on with it. */
  add(terminal: number, bytes: number, timeS: number): void {
    if ((this.bytes[terminal] ?? 0) === 0) this.#sinceS[terminal] = timeS
    this.bytes[terminal] = (this.bytes[terminal] ?? 0) + bytes
    this.offered += bytes
  }

  carried(terminal: number, bytes: number): void {
    const left = Math.max(0, (this.bytes[terminal] ?? 0) - bytes)
    // Less than a byte is rounding.
    this.bytes[terminal] = left < 1 ? 0 : left
    this.delivered[terminal] = (this.delivered[terminal] ?? 0) + bytes
  }

  /** Terminals that want something now; those who waited too long give up first. */
  active(timeS: number, stepS: number): number[] {
    const list: number[] = []
    for (let i = 0; i < this.bytes.length; i++) {
      const left = this.bytes[i] ?? 0
      if (left === 0) continue
      if (timeS - (this.#sinceS[i] ?? 0) > this.patienceS) {
        this.givenUp += left
        this.bytes[i] = 0
        continue
      }
      this.wantedS[i] = (this.wantedS[i] ?? 0) + stepS
      list.push(i)
    }
    return list
  }
}

/** Sessions by a Poisson process per terminal, sizes log-normal; the same for both worlds. */
export class Demand {
  readonly #seed: number
  readonly #scale: number

  constructor(
    private readonly scenario: Scenario,
    private readonly terminals: Terminals,
    seed: number,
  ) {
    const { meanMB, spread } = scenario.traffic
    this.#seed = subSeed(seed, 30, 0)
    this.#scale = meanMB * 1e6 * Math.exp((-spread * spread) / 2)
  }

  /** Sessions that arrive in one step. */
  arrive(step: number, timeS: number, worlds: readonly Backlog[]): void {
    const { traffic, stepS } = this.scenario
    const perStep = (traffic.sessionsPerHour * stepS) / 3_600
    for (let i = 0; i < this.terminals.count; i++) {
      const rate = perStep * (this.terminals.demand[i] ?? 0)
      if (hashUniform(this.#seed, i, step) >= -Math.expm1(-rate)) continue
      const bytes = Math.ceil(this.#scale * Math.exp(traffic.spread * hashGaussian(this.#seed + 1, i, step)))
      for (const world of worlds) world.add(i, bytes, timeS)
    }
  }
}
