import { sha256 } from '@conet/core/identity'
import { type Association, associate } from '@conet/core/pran'
import { Radio } from '../radio/index.js'
import type { Scenario } from '../scenario/types.js'
import { Choice } from './choice.js'
import { Backlog, Demand } from './demand.js'
import { baseMw, flowNjPerBit } from './energy.js'
import { divide, type Flow, straight } from './flows.js'
import { frameOf } from './frame.js'
import { coverageBySharers, createPixels, look, type Pixels } from './looks.js'
import { Relaying } from './relaying.js'
import { credits } from './rewards.js'
import { wholeWithin } from './seed.js'
import { Sharers } from './sharers.js'
import { Tally } from './tally.js'
import { createTerminals, type Terminals } from './terminals.js'
import type { CoveragePoint, Frame, SeedResult, World } from './types.js'

/** Looks at the whole area in one run. */
const LOOKS = 20

/** Everything of one run under way. */
export class Run {
  readonly radio: Radio
  readonly terminals: Terminals
  readonly sharers: Sharers
  readonly relaying: Relaying
  readonly worlds: Readonly<Record<World, Backlog>>
  readonly steps: number
  readonly tally: Tally
  readonly choice: Choice
  association: Association
  flows: readonly Flow[] = []
  step = 0
  readonly #demand: Demand
  readonly #pixels: Pixels
  readonly #baseMw: number
  #coverage: readonly CoveragePoint[] = []
  #looked = 0
  #epochs = 1

  constructor(
    readonly scenario: Scenario,
    readonly seed: number,
  ) {
    wholeWithin('seed', seed, 0xffff_ffff)
    this.radio = new Radio(scenario, seed)
    this.terminals = createTerminals(scenario, this.radio, seed)
    this.sharers = new Sharers(scenario, this.terminals, seed)
    this.relaying = new Relaying(scenario, this.terminals, this.sharers, seed)
    this.choice = new Choice(scenario, this.radio, this.terminals)
    this.#demand = new Demand(scenario, this.terminals, seed)
    const { count } = this.terminals
    const world = () => new Backlog(count, scenario.traffic.patienceS)
    this.worlds = { without: world(), with: world() }
    this.steps = Math.ceil(scenario.durationS / scenario.stepS)
    this.#pixels = createPixels(scenario, this.radio.walls)
    this.tally = new Tally(scenario, this.#pixels)
    this.#baseMw = baseMw(scenario.radio.model, scenario.radio.powerDbm)
    this.radio.moment(0)
    this.terminals.advance(0, 0)
    // Nobody relays before the first measurement.
    this.association = associate(
      this.radio.step(this.terminals, new Uint8Array(count), { asks: new Uint8Array(count) }),
    )
    this.relaying.rewards.measure(this.rsrpDbm())
  }

  get timeS(): number {
    return this.step * this.scenario.stepS
  }

  /** RSRP of every terminal's cell. */
  rsrpDbm(): Float64Array {
    return this.association.rsrpDbm.map(level => level - this.radio.rsrpOffsetDb)
  }

  /** Plays one step. */
  advance(): void {
    const { scenario, terminals, sharers, worlds } = this
    this.radio.moment(this.timeS)
    if (this.step > 0) terminals.advance(this.timeS, scenario.stepS)
    sharers.update(this.rsrpDbm())
    this.#demand.arrive(this.step, this.timeS, [worlds.without, worlds.with])
    const users = {
      without: worlds.without.active(this.timeS, scenario.stepS),
      with: worlds.with.active(this.timeS, scenario.stepS),
    }
    this.#associate(users.with)
    this.#serveWithout(users.without)
    this.#serveWith(users.with)
    this.tally.step(sharers.count('active'))
    this.step++
    if (this.timeS >= this.#epochs * scenario.money.epochS) {
      this.#epochs++
      this.relaying.endEpoch(this.rsrpDbm())
    }
    if (this.step >= ((this.#looked + 1) * this.steps) / LOOKS) this.#look()
  }

  /** The result of a finished run. */
  result(scenarioHash: string): SeedResult {
    const totals = this.relaying.finish()
    const { rewards } = this.relaying
    const pool = { left: rewards.pool, paid: rewards.paid }
    return {
      version: 1,
      scenario: this.scenario.name,
      scenarioHash,
      seed: this.seed,
      coverage: this.#coverage,
      ...this.tally.result(this.worlds, this.sharers, totals, this.choice.changes, pool),
    }
  }

  #associate(users: readonly number[]): void {
    const asks = new Uint8Array(this.terminals.count)
    for (const user of users) asks[user] = 1
    const options = { asks, current: this.choice.relays }
    this.association = associate(this.radio.step(this.terminals, this.sharers.active, options))
  }

  #serveWithout(users: readonly number[]): void {
    const flows = users.flatMap(user => straight(this.association, user) ?? [])
    divide(flows, this.scenario)
    for (const flow of flows) this.#carryStraight('without', flow)
    this.tally.rates('without', users, flows)
  }

  #serveWith(users: readonly number[]): void {
    const flows = this.choice.choose(users, this.association, this.sharers.active, this.timeS)
    divide(flows, this.scenario)
    this.flows = flows
    const world = this.worlds.with
    for (const flow of flows) if (flow.path.length === 1) this.#carryStraight('with', flow)
    const over = flows.filter(flow => flow.path.length > 1)
    const want = (terminal: number) => world.bytes[terminal] ?? 0
    this.relaying.serve(over, this.association.cellMbps, this.timeS, want, (flow, bytes) => {
      world.carried(flow.terminal, bytes)
      this.tally.relayed(flow, bytes)
      this.tally.energy('with', bytes * 8 * flowNjPerBit(flow, this.#baseMw))
    })
    this.tally.rates('with', users, flows)
  }

  #carryStraight(world: World, flow: Flow): void {
    const left = this.worlds[world].bytes[flow.terminal] ?? 0
    const bytes = Math.min(left, (flow.rateMbps * 1e6 * this.scenario.stepS) / 8)
    this.worlds[world].carried(flow.terminal, bytes)
    this.tally.energy(world, bytes * 8 * flowNjPerBit(flow, this.#baseMw))
  }

  #look(): void {
    this.#looked++
    const seen = look(this.radio, this.terminals, this.#pixels, this.sharers.active)
    const sum = (values: Float64Array) => values.reduce((all, value) => all + value, 0)
    const delivered = sum(this.worlds.with.delivered)
    this.tally.look(this.timeS, seen, this.terminals.count, {
      sharersActive: this.sharers.count('active'),
      users: this.flows.length,
      offload: delivered === 0 ? 0 : this.tally.relayedBytes / delivered,
      pool: credits(this.relaying.rewards.pool),
      earned: sum(this.sharers.earned),
    })
    // Half-way, whatever the number of steps.
    if (this.#coverage.length > 0 || 2 * this.step < this.steps) return
    this.#coverage = coverageBySharers(this.scenario, this.radio, this.terminals, this.association, this.seed)
  }
}

/** SHA-256 of a checked scenario, hex: what results of one folder must have in common. */
export function scenarioHash(scenario: Scenario): string {
  return Array.from(sha256(JSON.stringify(scenario)), byte => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Plays a scenario step by step: pull the next frame when it is wanted, stop whenever you like.
 *
 * @param scenario - from `validateScenario`
 * @param seed - whole number, 0..2^32 − 1; the same seed gives the same result to the last byte
 * @returns the result, after the last frame
 * @throws {SimError} `OUT_OF_RANGE` for the seed; InvariantError if the ledger's or the machines' promises break
 */
export function* playScenario(scenario: Scenario, seed: number): Generator<Frame, SeedResult, void> {
  const run = new Run(scenario, seed)
  while (run.step < run.steps) {
    run.advance()
    yield frameOf(run)
  }
  return run.result(scenarioHash(scenario))
}

/** Plays a scenario to its end. @param options.onStep - gets every frame; without it none is made */
export function runScenario(
  scenario: Scenario,
  seed: number,
  options: { readonly onStep?: (frame: Frame) => void } = {},
): SeedResult {
  const run = new Run(scenario, seed)
  while (run.step < run.steps) {
    run.advance()
    options.onStep?.(frameOf(run))
  }
  return run.result(scenarioHash(scenario))
}
