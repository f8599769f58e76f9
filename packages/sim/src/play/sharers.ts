import { relayEligible } from '@conet/core/pran'
import { createRandom } from '@conet/core/pran/random'
import { subSeed } from '../radio/index.js'
import type { Scenario } from '../scenario/types.js'
import type { Terminals } from './terminals.js'

const MJ_PER_WH = 3_600_000
/** How much one epoch moves an expectation: of one's own pay, and of what others earn. */
const OWN_WEIGHT = 0.3
const HEARSAY_WEIGHT = 0.1
/** Where no cell is heard. */
const NOTHING_DBM = -200

/** Owners who share if it pays, as long as battery and data package last. */
export class Sharers {
  /** 1 for those who relay now. */
  readonly active: Uint8Array
  readonly owners: Int32Array
  /** Earned so far, credits. */
  readonly earned: Float64Array
  readonly #willing: Uint8Array
  readonly #eligible: Uint8Array
  readonly #reserve: Float64Array
  readonly #expected: Float64Array
  readonly #batteryMj: Float64Array
  readonly #keepMj: number
  readonly #dataBytes: Float64Array
  readonly #epochIncome: Float64Array

  constructor(
    private readonly scenario: Scenario,
    terminals: Terminals,
    seed: number,
  ) {
    const { sharing } = scenario
    const random = createRandom(subSeed(seed, 20, 0))
    const drawn = (value: () => number) => Float64Array.from({ length: terminals.count }, value)
    const [low, high] = [Math.log(sharing.minReserve), Math.log(sharing.maxReserve)]
    this.owners = Int32Array.from([...terminals.owner.keys()].filter(i => terminals.owner[i] === 1))
    this.#reserve = drawn(() => Math.exp(low + random.uniform() * (high - low)))
    this.#keepMj = sharing.keepShare * sharing.batteryWh * MJ_PER_WH
    this.#batteryMj = drawn(() => this.#keepMj + random.uniform() * (sharing.batteryWh * MJ_PER_WH - this.#keepMj))
    this.#dataBytes = drawn(() => sharing.dataCapGB * 1e9)
    this.#expected = drawn(() => sharing.advertised)
    this.#epochIncome = new Float64Array(terminals.count)
    this.earned = new Float64Array(terminals.count)
    this.#willing = new Uint8Array(terminals.count)
    this.#eligible = new Uint8Array(terminals.count)
    this.active = new Uint8Array(terminals.count)
    this.#decide()
  }

  /** Who may relay in this step. @param rsrpDbm - what each terminal received in the step before */
  update(rsrpDbm: Float64Array): void {
    const { maxHops, highDbm, hysteresisDb } = this.scenario.relay
    // The lower threshold is for relays that reach a cell themselves; with more relays on a path, one in the middle need not (Rel-19).
    const lowDbm = maxHops > 2 ? 2 * NOTHING_DBM : this.scenario.relay.lowDbm
    for (const i of this.owners) {
      const level = Math.max(NOTHING_DBM, rsrpDbm[i] ?? NOTHING_DBM)
      const eligible = relayEligible(this.#eligible[i] === 1, level, { lowDbm, highDbm, hysteresisDb })
      this.#eligible[i] = eligible ? 1 : 0
      this.active[i] = eligible && this.#willing[i] === 1 && this.#able(i) ? 1 : 0
    }
  }

  /** Relaying costs battery and data. @param energyMj - of one sharer, mJ */
  spend(sharer: number, bytes: number, energyMj: number): void {
    this.#dataBytes[sharer] = (this.#dataBytes[sharer] ?? 0) - bytes
    this.#batteryMj[sharer] = (this.#batteryMj[sharer] ?? 0) - energyMj
  }

  earn(sharer: number, credits: number): void {
    this.earned[sharer] = (this.earned[sharer] ?? 0) + credits
    this.#epochIncome[sharer] = (this.#epochIncome[sharer] ?? 0) + credits
  }

  /**
   * End of an epoch: who shared learns from the own pay, the others from what sharers tell; then everyone decides again.
   * @param hours - length of the epoch
   */
  learn(hours: number): void {
    const sharing = this.owners.filter(i => this.#willing[i] === 1)
    const paid = sharing.reduce((sum, i) => sum + (this.#epochIncome[i] ?? 0), 0)
    const mean = sharing.length === 0 ? undefined : paid / sharing.length / hours
    for (const i of this.owners) {
      const own = this.#willing[i] === 1
      const news = own ? (this.#epochIncome[i] ?? 0) / hours : mean
      const weight = own ? OWN_WEIGHT : HEARSAY_WEIGHT
      if (news !== undefined) this.#expected[i] = (1 - weight) * (this.#expected[i] ?? 0) + weight * news
    }
    this.#epochIncome.fill(0)
    this.#decide()
  }

  count(of: 'active' | 'willing'): number {
    const list = of === 'active' ? this.active : this.#willing
    return this.owners.reduce((sum, i) => sum + (list[i] ?? 0), 0)
  }

  #decide(): void {
    for (const i of this.owners) {
      this.#willing[i] = this.#able(i) && (this.#expected[i] ?? 0) >= (this.#reserve[i] ?? Infinity) ? 1 : 0
    }
  }

  #able(i: number): boolean {
    return (this.#batteryMj[i] ?? 0) > this.#keepMj && (this.#dataBytes[i] ?? 0) > 0
  }
}
