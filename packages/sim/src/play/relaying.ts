import type { AccessTerms } from '@conet/core/services/access'
import type { Scenario } from '../scenario/types.js'
import { ASSET, Books, type BookTotals, createParty, EventClock, LID, type Party, Session } from '../service/index.js'
import { sharerMjPerByte } from './energy.js'
import type { Flow } from './flows.js'
import { credits, micro, Rewards } from './rewards.js'
import type { Sharers } from './sharers.js'
import type { Terminals } from './terminals.js'

/** Where virtual time begins. */
const START_MS = 1_800_000_000_000
/** A step is carried in slices of at most this long, so that gateways, statements and vouchers take part. */
const SLICE_MS = 200
const HOP_DELAY_MS = 15
/** After the end, last statements, vouchers and settlements come in. */
const DRAIN_MS = 90_000

interface Open {
  readonly session: Session
  flow: Flow
  readonly number: number
  readonly user: number
  readonly sharers: readonly number[]
  readonly directMbps: number
  activeS: number
  servedS: number
}

/** What relayed service came to. */
export interface RelayTotals {
  readonly sessions: number
  readonly paidRounds: number
  /** Sessions that ended otherwise than by the user. */
  readonly failed: number
  readonly disputes: number
  readonly fees: bigint
  readonly books: BookTotals
}

/** Serves relayed flows by real sessions, settles them, scores them and pays their sharers. */
export class Relaying {
  readonly rewards: Rewards
  readonly #clock = new EventClock(START_MS)
  readonly #books: Books
  readonly #parties = new Map<number, Party>()
  readonly #open = new Map<number, Open>()
  /** Credit that users have earned with sharers. */
  readonly #credit = new Map<string, bigint>()
  readonly #operator: Party
  readonly #supply: bigint
  #nextBlockMs: number
  #sessions = 0
  #failed = 0
  #disputes = 0
  #paidRounds = 0
  #fees = 0n
  readonly #bySession = new Map<Session, Open>()

  constructor(
    private readonly scenario: Scenario,
    terminals: Terminals,
    private readonly sharers: Sharers,
    seed: number,
  ) {
    const { money, durationS } = scenario
    this.rewards = new Rewards(scenario, terminals, seed)
    this.#operator = createParty(0)
    const epochs = BigInt(Math.ceil(durationS / money.epochS) + 2)
    this.#supply =
      this.rewards.pool + epochs * micro(money.incomePerEpoch) + BigInt(terminals.count) * micro(money.userCredit)
    this.#books = new Books(this.#operator, this.#supply, START_MS)
    this.#nextBlockMs = START_MS + Math.round(money.blockS * 1_000)
  }

  /**
   * Carries one step's flows.
   *
   * @param flows - with the rate each may use; sessions whose terminal or path is not among them end
   * @param want - bytes a terminal still wants
   * @param carried - told what passed
   */
  serve(
    flows: readonly Flow[],
    directMbps: Float64Array,
    timeS: number,
    want: (terminal: number) => number,
    carried: (flow: Flow, bytes: number) => void,
  ): void {
    const now = new Map(flows.map(flow => [flow.terminal, flow]))
    for (const [terminal, open] of this.#open) {
      if (!samePath(now.get(terminal), open)) this.#stop(terminal, open)
    }
    for (const flow of flows) this.#begin(flow, directMbps[flow.terminal] ?? 0)
    const endMs = START_MS + Math.round((timeS + this.scenario.stepS) * 1_000)
    while (this.#clock.now < endMs) {
      const sliceMs = Math.min(SLICE_MS, endMs - this.#clock.now)
      for (const flow of flows) this.#carry(flow, sliceMs, want, carried)
      this.#runTo(this.#clock.now + sliceMs)
    }
  }

  /** Pays scores and lets sharers learn. */
  endEpoch(rsrpDbm: Float64Array): void {
    for (const [sharer, amount] of this.rewards.payOut()) {
      this.#books.transfer(this.#party(sharer).did, amount, this.#clock.now)
      this.sharers.earn(sharer, credits(amount))
    }
    this.sharers.learn(this.scenario.money.epochS / 3_600)
    this.rewards.measure(rsrpDbm)
  }

  /** Ends all sessions, waits for their last words and settles everything. @throws {InvariantError} if money was made or lost */
  finish(): RelayTotals {
    for (const [terminal, open] of this.#open) this.#stop(terminal, open)
    this.#runTo(this.#clock.now + DRAIN_MS)
    for (const [sharer, amount] of this.rewards.payOut()) {
      this.#books.transfer(this.#party(sharer).did, amount, this.#clock.now)
      this.sharers.earn(sharer, credits(amount))
    }
    this.#books.block(this.#clock.now)
    return {
      sessions: this.#sessions,
      paidRounds: this.#paidRounds,
      failed: this.#failed,
      disputes: this.#disputes,
      fees: this.#fees,
      books: this.#books.totals(),
    }
  }

  #begin(flow: Flow, directMbps: number): void {
    const before = this.#open.get(flow.terminal)
    if (before !== undefined) {
      before.flow = flow
      return
    }
    const [user, ...sharers] = flow.path
    const [first = 0] = sharers
    const pair = `${user}/${first}`
    const terms = this.#terms(sharers)
    const known = this.#parties.has(flow.terminal)
    const client = this.#party(flow.terminal)
    if (!known) this.#books.transfer(client.did, micro(this.scenario.money.userCredit), this.#clock.now)
    const session = new Session({
      clock: this.#clock,
      lid: LID,
      user: client,
      sharer: this.#party(first),
      terms,
      credit: this.#credit.get(pair) ?? terms.maxUnpaid,
      delayMs: HOP_DELAY_MS * sharers.length,
      number: this.#sessions++,
      settle: text => this.#books.settle(text, client),
      ended: (session, summary) => {
        this.#credit.set(pair, summary.credit)
        this.#paidRounds += summary.paidRounds
        this.#ended(session, summary.promised, summary.bytesUp + summary.bytesDown)
      },
    })
    const open = {
      session,
      flow,
      number: this.#sessions,
      user: flow.terminal,
      sharers,
      directMbps,
      activeS: 0,
      servedS: 0,
    }
    this.#open.set(flow.terminal, open)
    this.#bySession.set(session, open)
  }

  #carry(
    flow: Flow,
    sliceMs: number,
    want: (terminal: number) => number,
    carried: (flow: Flow, bytes: number) => void,
  ) {
    const open = this.#open.get(flow.terminal)
    const wanted = want(flow.terminal)
    if (open === undefined || wanted <= 0) return
    const most = Math.floor(Math.min(wanted, (flow.rateMbps * 1e6 * sliceMs) / 8_000))
    const up = Math.floor(most * this.scenario.traffic.uplinkShare)
    const bytes = Number(open.session.carry(BigInt(up), BigInt(most - up)))
    open.activeS += sliceMs / 1_000
    if (bytes > 0) open.servedS += sliceMs / 1_000
    if (bytes > 0) carried(flow, bytes)
    for (const [i, sharer] of open.sharers.entries()) {
      this.sharers.spend(sharer, bytes, bytes * sharerMjPerByte(flow, i + 1))
    }
  }

  #stop(terminal: number, open: Open): void {
    this.#open.delete(terminal)
    if (open.session.provider.phase === 'serving') open.session.stop()
  }

  #ended(session: Session, price: bigint, bytes: bigint): void {
    const open = this.#bySession.get(session)
    if (open === undefined) return
    this.#bySession.delete(session)
    if (this.#open.get(open.user) === open) this.#open.delete(open.user)
    if (session.provider.reason !== 'CLIENT_DONE') this.#failed++
    if (session.client.dispute !== undefined) this.#disputes++
    this.#fees += price
    const { number, user, sharers, activeS, servedS, directMbps } = open
    const continuity = activeS === 0 ? 0 : servedS / activeS
    this.rewards.score({ number, user, sharers, bytes, activeS, continuity, directMbps, price })
    const share = (1 - this.scenario.money.operatorShare) / sharers.length
    for (const sharer of sharers) this.sharers.earn(sharer, credits(price) * share)
  }

  /** The operator and further sharers get shares of every payment; the rest is the first sharer's. */
  #terms(sharers: readonly number[]): AccessTerms {
    const { money } = this.scenario
    const operatorBps = Math.round(10_000 * money.operatorShare)
    const each = Math.floor((10_000 - operatorBps) / sharers.length)
    const shares = sharers.slice(1).map(sharer => ({ to: this.#party(sharer).did, bps: each }))
    if (operatorBps > 0) shares.push({ to: this.#operator.did, bps: operatorBps })
    return {
      tariff: { asset: ASSET, perGiB: micro(money.perGiB), perHour: micro(money.perHour) },
      trialMs: money.trialMs,
      restMs: money.restMs,
      toleranceBps: 500,
      toleranceBytes: 262_144n,
      maxUnpaid: micro(money.maxUnpaid),
      maxUnpaidCap: 10n * micro(money.maxUnpaid),
      shares,
    }
  }

  /** Users and sharers have numbers from 1 on; the operator is 0. */
  #party(terminal: number): Party {
    const known = this.#parties.get(terminal)
    if (known !== undefined) return known
    const party = createParty(terminal + 1)
    this.#parties.set(terminal, party)
    return party
  }

  #runTo(endMs: number): void {
    while (this.#nextBlockMs <= endMs) {
      this.#clock.runUntil(this.#nextBlockMs)
      this.#books.block(this.#nextBlockMs)
      this.#nextBlockMs += Math.round(this.scenario.money.blockS * 1_000)
    }
    this.#clock.runUntil(endMs)
  }
}

function samePath(flow: Flow | undefined, { flow: before, session }: Open): boolean {
  if (flow === undefined || session.provider.phase !== 'serving') return false
  return flow.path.length === before.path.length && flow.path.every((at, i) => at === before.path[i])
}
