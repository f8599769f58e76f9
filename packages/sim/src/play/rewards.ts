import {
  type CoverageSample,
  PPM,
  payout,
  QUALITY_RULE,
  qualityPpm,
  type RaterHistory,
  scheduled,
  sessionScore,
  splitPay,
  stepPool,
  weakWeightPpm,
} from '@conet/core/pran'
import { hashUniform } from '@conet/core/pran/random'
import { subSeed } from '../radio/index.js'
import type { Scenario } from '../scenario/types.js'
import type { Terminals } from './terminals.js'

/** A session that ended, as both sides counted it. */
export interface ServedSession {
  readonly number: number
  readonly user: number
  /** First sharer, further sharers. */
  readonly sharers: readonly number[]
  readonly bytes: bigint
  readonly activeS: number
  /** Share of the active time with service, 0..1. */
  readonly continuity: number
  /** What the user's own cell gave when the session began, Mbit/s. */
  readonly directMbps: number
  /** What the user owes, micro-credits. */
  readonly price: bigint
}

/** Measurements are gathered in squares of this size. */
const SQUARE_M = 50
/** Other devices needed before a place counts as weak. */
const ENOUGH_DEVICES = 3
/** Where a cell is not heard at all, a device reports the lowest value of RSRP (TS 38.133 table 10.1.6.1-1). */
const LOWEST_RSRP_DBM = -156
const HOP_LATENCY_US = 15_000n

/** Scores of served sessions and the pool that pays them. */
export class Rewards {
  pool: bigint
  paid = 0n
  #epoch = 0n
  #scores: { readonly sharer: number; readonly score: bigint }[] = []
  readonly #raters = new Map<number, RaterHistory>()
  #samples = new Map<number, CoverageSample[]>()

  constructor(
    private readonly scenario: Scenario,
    private readonly terminals: Terminals,
    private readonly seed: number,
  ) {
    this.pool = micro(scenario.money.pool)
  }

  /** Takes what every terminal receives now as the measurements of this epoch. */
  measure(rsrpDbm: Float64Array): void {
    this.#samples = new Map()
    for (let i = 0; i < this.terminals.count; i++) {
      const key = this.#square(i)
      const list = this.#samples.get(key) ?? []
      list.push({ device: String(i), rsrpDbm: Math.max(LOWEST_RSRP_DBM, rsrpDbm[i] ?? LOWEST_RSRP_DBM) })
      this.#samples.set(key, list)
    }
  }

  /** Scores a session for each of its sharers; service that the cell gives well enough earns no subsidy. */
  score(session: ServedSession): void {
    if (session.bytes === 0n) return
    const { user, sharers } = session
    const own = new Set([user, ...sharers].map(String))
    const quality = qualityPpm(measureOf(session))
    const rater = this.#raters.get(user) ?? { count: 0n, stars: 0n }
    const stars = this.#starsOf(session)
    const score = sessionScore({
      userBytes: session.bytes,
      sharerBytes: session.bytes,
      gatewayBytes: session.bytes,
      weakWeightPpm: weakWeightPpm(this.#samples.get(this.#square(user)) ?? [], own, ENOUGH_DEVICES),
      qualityPpm: quality,
      hops: BigInt(sharers.length),
      stars,
      rater,
    })
    this.#raters.set(user, { count: rater.count + 1n, stars: rater.stars + stars })
    const enough = this.scenario.relay.enoughMbps
    const directPpm = enough === 0 ? PPM : BigInt(Math.floor(1e6 * Math.min(1, session.directMbps / enough)))
    const { subsidisedScore } = splitPay(session.price, score, directPpm, PPM)
    for (const sharer of sharers) this.#scores.push({ sharer, score: subsidisedScore })
  }

  /** End of an epoch: pays the scores. @returns whole micro-credits per sharer, in the order of the sharers */
  payOut(): [sharer: number, amount: bigint][] {
    const { poolPerEpoch, incomePerEpoch, maxPerGB } = this.scenario.money
    // A pool pays at most half of what it has: it never runs dry at once.
    const schedule = scheduled({ first: micro(poolPerEpoch), every: 1_000_000n }, this.#epoch++)
    const { emission, balance } = stepPool(this.pool, schedule, micro(incomePerEpoch), PPM / 2n)
    const sums = new Map<number, bigint>()
    for (const { sharer, score } of this.#scores) sums.set(sharer, (sums.get(sharer) ?? 0n) + score)
    this.#scores = []
    const order = [...sums.keys()].sort((a, b) => a - b)
    const { pay, rest } = payout(
      order.map(sharer => sums.get(sharer) ?? 0n),
      emission,
      micro(maxPerGB),
    )
    this.pool = balance + rest
    this.paid += emission - rest
    return order.map((sharer, i) => [sharer, pay[i] ?? 0n])
  }

  /** One to five stars for the speed, with the mood of the day. */
  #starsOf({ number, user, bytes, activeS }: ServedSession): bigint {
    const good = Number(QUALITY_RULE.goodRateBps) / 8
    const share = Math.min(1, Number(bytes) / Math.max(1, activeS) / good)
    const mood = hashUniform(subSeed(this.seed, 40, 0), user, number) - 0.5
    return BigInt(Math.max(1, Math.min(5, Math.round(1 + 4 * share + mood))))
  }

  #square(i: number): number {
    const { xM, yM } = this.terminals
    return Math.floor((xM[i] ?? 0) / SQUARE_M) * 100_000 + Math.floor((yM[i] ?? 0) / SQUARE_M)
  }
}

function measureOf({ bytes, activeS, continuity, sharers }: ServedSession) {
  return {
    rateBps: (bytes * 8n) / BigInt(Math.max(1, Math.ceil(activeS))),
    latencyUs: HOP_LATENCY_US * BigInt(sharers.length + 1),
    lossPpm: 0n,
    continuityPpm: BigInt(Math.floor(1e6 * Math.max(0, Math.min(1, continuity)))),
  }
}

/** Credits as whole micro-credits, rounded half up. */
export function micro(credits: number): bigint {
  return BigInt(Math.round(credits * 1e6))
}

export function credits(amount: bigint): number {
  return Number(amount) / 1e6
}
