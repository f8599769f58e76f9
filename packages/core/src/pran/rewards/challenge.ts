import type { Amount } from '../../units/index.js'
import { PranError } from '../codes.js'
import { bigWithin } from '../guard.js'
import { clampBig, leastOf, MAX_COUNT } from './fixed.js'
import { compare } from './payout.js'

/** What a sharer offers for a weak area. */
export interface ChallengeBid {
  readonly sharer: string
  /** Asked micro-credits, ≥ 0. */
  readonly cost: Amount
  /** What it is worth to the operator, for example newly covered people; > 0. */
  readonly value: bigint
}

export interface ChallengeWinner {
  readonly sharer: string
  readonly pay: Amount
}

/**
 * Buys coverage within a budget (Singer's proportional share): bids by cost per value, accepted while
 * cᵢ ≤ B · vᵢ / Σ_{j≤i} vⱼ; each winner gets the highest cost it could have asked for and still won.
 *
 * Asking one's true cost is best whatever the others ask; nobody gets less than asked; payments never exceed the budget. Equal bids:
 * the smaller name first.
 *
 * @param budget - B, micro-credits
 * @throws {PranError} `OUT_OF_RANGE`, `DUPLICATE` if a sharer bids twice
 * @see docs/spec/pran.md PRAN-18; Singer, Budget feasible mechanisms, FOCS 2010
 */
export function runChallenge(bids: readonly ChallengeBid[], budget: Amount): ChallengeWinner[] {
  check(bids, budget)
  const order = [...bids].sort(cheaperFirst)
  return order.slice(0, accepted(order, budget)).map(bid => ({
    sharer: bid.sharer,
    pay: threshold(
      bid,
      order.filter(other => other !== bid),
      budget,
    ),
  }))
}

/** Cost per value without a division; ties by name, so that the order is strict. */
function cheaperFirst(a: ChallengeBid, b: ChallengeBid): number {
  return compare(a.cost * b.value, b.cost * a.value) || (a.sharer < b.sharer ? -1 : 1)
}

/** How many of the ordered bids are accepted. */
function accepted(order: readonly ChallengeBid[], budget: Amount): number {
  let value = 0n
  const refused = order.findIndex(bid => {
    value += bid.value
    return bid.cost * value > budget * bid.value
  })
  return refused < 0 ? order.length : refused
}

/**
 * Highest whole cost that still wins against the others. At each place among them two things bound it: its own share of the budget,
 * and the next bid, which it must not fall behind. The last place whose predecessors all win gives the smallest share, the
 * first the nearest bid, so every place is looked at.
 */
function threshold(bid: ChallengeBid, others: readonly ChallengeBid[], budget: Amount): Amount {
  let [best, before] = [0n, 0n]
  for (let place = 0; place <= others.length; place++) {
    const share = (budget * bid.value) / (before + bid.value)
    const next = others[place]
    const cost = next === undefined ? share : leastOf(share, highestBefore(bid, next))
    best = clampBig(cost, best, MAX_COUNT)
    if (next === undefined) break
    before += next.value
    if (next.cost * before > budget * next.value) break
  }
  return best
}

/** Highest whole cost at which `bid` stands before `next`; −1 if there is none. */
function highestBefore(bid: ChallengeBid, next: ChallengeBid): bigint {
  const cost = (next.cost * bid.value) / next.value
  return cheaperFirst({ ...bid, cost }, next) < 0 ? cost : cost - 1n
}

function check(bids: readonly ChallengeBid[], budget: Amount): void {
  bigWithin('budget', budget, 0n, MAX_COUNT)
  const seen = new Set<string>()
  for (const { sharer, cost, value } of bids) {
    bigWithin('cost', cost, 0n, MAX_COUNT)
    bigWithin('value', value, 1n, MAX_COUNT)
    if (seen.has(sharer)) throw new PranError('DUPLICATE', `${sharer} bids twice.`, { name: 'sharer', value: sharer })
    seen.add(sharer)
  }
}
