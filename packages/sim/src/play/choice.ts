import {
  type Association,
  airtimeRateMbps,
  DETACHED,
  type HandoverState,
  stepHandover,
  widestRateMbps,
} from '@conet/core/pran'
import type { Radio } from '../radio/index.js'
import type { Scenario } from '../scenario/types.js'
import { type Flow, overPath, relayed, straight } from './flows.js'
import type { Terminals } from './terminals.js'

/** Another bearer, or another relay, must be 1.3 times as fast; a bearer for three seconds (PRAN-8). */
const HANDOVER = { ratio: 1.3, timeToTriggerMs: 3_000 }

/** Which way each user goes: over its cell, over the relay it had, or over the one it is offered; without ping-pong. */
export class Choice {
  /** Relay of each terminal in the last step, −1 without. */
  readonly relays: Int32Array
  /** Users whose first relay was exchanged while they were served. */
  changes = 0
  readonly #bearers = new Map<number, HandoverState>()
  readonly #paths = new Map<number, readonly number[]>()

  constructor(
    private readonly scenario: Scenario,
    private readonly radio: Radio,
    private readonly terminals: Terminals,
  ) {
    this.relays = new Int32Array(terminals.count).fill(-1)
  }

  /**
   * Flows of one step.
   * @param users - who wants something; others are forgotten
   * @param sharing - 1 for those who relay now
   */
  choose(users: readonly number[], association: Association, sharing: Uint8Array, timeS: number): Flow[] {
    const taken = new Map<number, number>()
    // Who keeps its relay goes first: nobody new may push it out.
    const kept = users.map(user => this.#kept(user, association, sharing, taken))
    const flows = users.flatMap((user, i) => {
      const over = kept[i] ?? this.#offered(user, association, taken)
      return this.#bearer(user, straight(association, user), over, timeS) ?? []
    })
    this.#remember(flows)
    return flows
  }

  /** The path of the last step, while it holds and nothing much better is offered. */
  #kept(user: number, association: Association, sharing: Uint8Array, taken: Map<number, number>): Flow | undefined {
    const path = this.#paths.get(user)
    if (path === undefined || path.slice(1).some(sharer => sharing[sharer] !== 1)) return undefined
    const flow = overPath(association, this.radio, this.terminals, path)
    if (flow === undefined) return undefined
    const offered = association.relayedMbps[user] ?? 0
    return offered < HANDOVER.ratio * this.#alone(flow) && this.#take(flow, taken) ? flow : undefined
  }

  #offered(user: number, association: Association, taken: Map<number, number>): Flow | undefined {
    if ((association.relay[user] ?? -1) < 0) return undefined
    const flow = relayed(association, this.radio, this.terminals, user)
    return flow !== undefined && this.#take(flow, taken) ? flow : undefined
  }

  /** Takes one of the first sharer's places. @returns false if there is none left */
  #take({ path }: Flow, taken: Map<number, number>): boolean {
    const sharer = path[1] ?? -1
    const count = taken.get(sharer) ?? 0
    if (count >= this.scenario.relay.slots) return false
    taken.set(sharer, count + 1)
    return true
  }

  #bearer(user: number, direct: Flow | undefined, over: Flow | undefined, timeS: number): Flow | undefined {
    const rates = { mobile: direct?.cellMbps ?? 0, pran: over === undefined ? 0 : this.#alone(over), wifi: 0 }
    const rule = { ...HANDOVER, minimumMbps: this.scenario.relay.serviceMbps }
    const state = stepHandover(this.#bearers.get(user) ?? DETACHED, rates, Math.round(timeS * 1_000), rule)
    this.#bearers.set(user, state)
    return state.bearer === 'pran' ? (over ?? direct) : (direct ?? over)
  }

  /** What a flow's path carries with nobody else on it. */
  #alone({ directMbps, cellMbps }: Flow): number {
    const hops = [...directMbps, cellMbps]
    return this.scenario.relay.medium === 'separate' ? widestRateMbps(hops) : airtimeRateMbps(hops)
  }

  #remember(flows: readonly Flow[]): void {
    const before = this.relays.slice()
    this.relays.fill(-1)
    this.#paths.clear()
    const active = new Set(flows.map(flow => flow.terminal))
    for (const { terminal, path } of flows) {
      if (path.length < 2) continue
      this.relays[terminal] = path[1] ?? -1
      this.#paths.set(terminal, path)
      const last = before[terminal] ?? -1
      if (last >= 0 && last !== path[1]) this.changes++
    }
    for (const terminal of this.#bearers.keys()) if (!active.has(terminal)) this.#bearers.delete(terminal)
  }
}
