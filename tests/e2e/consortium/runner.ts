import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../program.js'
import { Consortium, type ConsortiumWish } from './consortium.js'
import { FAULTS, type Heal } from './faults/index.js'
import { Books, checkAll } from './invariants.js'
import { Load } from './load.js'
import { type Fault, type Moment, momentsOf, type Network } from './manifest.js'

/** Until then something must be accepted again after any change below a third. */
const LIVE_MS = 90_000
/** What was decided when the last one went still arrives; then nothing may for a while. */
const SETTLE_MS = 2_500
const HALT_LOOK_MS = 3_000
const CATCH_UP_MS = 120_000

/** What a run showed. */
export interface Report {
  readonly network: string
  readonly wiring: string
  /** Broken promises, in words; none is what is expected. */
  readonly violations: readonly string[]
  readonly blocks: number
  readonly accepted: number
  readonly refused: number
  readonly unknown: number
  readonly faults: number
  /** Times at which ordering was halted and seen to stand still. */
  readonly halts: number
  readonly longestGapMs: number
  readonly ms: number
}

/**
 * Starts a network, lets happen what its manifest says under load, and checks from outside: the same blocks everywhere at
 * each height, nothing accepted lost, value conserved, ordering goes on below a third of power away and stands still above.
 */
export async function run(
  network: Network,
  wish: ConsortiumWish = {},
  onMoment?: (text: string) => void,
): Promise<Report> {
  const startMs = performance.now()
  const consortium = await Consortium.start(network, wish)
  try {
    const scene = new Running(consortium, onMoment)
    await scene.play()
    const { books, load } = scene
    return {
      network: network.name,
      wiring: consortium.wiring.kind,
      violations: books.violations,
      blocks: books.height,
      accepted: load.count('accepted'),
      refused: load.count('refused'),
      unknown: load.count('unknown'),
      faults: network.faults.length,
      halts: scene.halts,
      longestGapMs: load.longestGapMs,
      ms: Math.round(performance.now() - startMs),
    }
  } finally {
    consortium.remove()
  }
}

class Running {
  readonly books = new Books()
  readonly load: Load
  halts = 0
  readonly #consortium: Consortium
  readonly #heals = new Map<Fault, Heal>()
  readonly #say: (text: string) => void

  constructor(consortium: Consortium, say: (text: string) => void = () => undefined) {
    this.#consortium = consortium
    this.#say = say
    this.load = new Load(consortium)
  }

  async play(): Promise<void> {
    this.load.start()
    const startMs = performance.now()
    try {
      await this.#look()
      for (const moment of momentsOf(this.#consortium.network)) {
        await pause(Math.max(0, moment.atMs - (performance.now() - startMs)))
        await this.#change(moment)
        await this.#look()
      }
    } finally {
      await this.load.stop()
    }
    await this.#level()
    await checkAll(this.#consortium, this.load, this.books)
  }

  async #change({ begin, heal }: Moment): Promise<void> {
    await Promise.all(heal.map(fault => this.#heal(fault)))
    for (const fault of begin) {
      this.#say(`${fault.kind} ${fault.node}`)
      const { away, begin: begins } = FAULTS[fault.kind]
      if (away) this.#consortium.away.add(fault.node)
      const member = this.#consortium.member(fault.node)
      this.#heals.set(fault, await begins({ consortium: this.#consortium, member, fault, books: this.books }))
    }
  }

  async #heal(fault: Fault): Promise<void> {
    await this.#heals.get(fault)?.()
    this.#heals.delete(fault)
    this.#consortium.away.delete(fault.node)
    this.#say(`${fault.node} is well again`)
  }

  /** What must hold from now until the next change. */
  async #look(): Promise<void> {
    if (await this.#decides()) await this.#lives()
    else await this.#halts()
    for (const member of this.#consortium.present) await this.books.read(member)
  }

  /** Whether those who are not away have more than two thirds of the power, by the ledger's own list. */
  async #decides(): Promise<boolean> {
    const { present, members, away } = this.#consortium
    const [witness] = present
    if (witness === undefined) return false
    const { validators } = await witness.consortium()
    const gone = new Set([...away].map(name => members.get(name)?.did))
    const total = validators.reduce((sum, { power }) => sum + power, 0)
    const there = validators.reduce((sum, { owner, power }) => sum + (gone.has(owner) ? 0 : power), 0)
    return 3 * there > 2 * total
  }

  async #lives(): Promise<void> {
    const [member] = this.#consortium.present
    if (member === undefined || (await this.load.probe(member, LIVE_MS))) return
    this.books.blame(`halted: nothing was accepted for ${LIVE_MS} ms with ${[...this.#consortium.away]} away`)
  }

  async #halts(): Promise<void> {
    await pause(SETTLE_MS)
    const before = await this.#highest()
    await pause(HALT_LOOK_MS)
    const after = await this.#highest()
    if (after === before) this.halts += 1
    else this.books.blame(`went on from ${before} to ${after} with ${[...this.#consortium.away]} away`)
    this.#say(`halted at ${after}`)
  }

  async #highest(): Promise<number> {
    return Math.max(0, ...(await Promise.all(this.#consortium.present.map(member => member.height()))))
  }

  /** Everybody that runs reaches the same height. */
  async #level(): Promise<void> {
    const heights = () => Promise.all(this.#consortium.running.map(member => member.height().catch(() => -1)))
    const level = async () => new Set(await heights()).size === 1
    let last = ''
    const still = async () => {
      const now = (await heights()).join()
      const same = now === last
      last = now
      return same && (await level())
    }
    await until(async () => {
      await pause(500)
      return await still()
    }, CATCH_UP_MS).catch(async () => this.books.blame(`not level: heights ${await heights()}`))
  }
}
