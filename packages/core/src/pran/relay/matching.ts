import { PranError } from '../codes.js'
import { wholeWithin } from '../guard.js'
import { createHeap, type Heap } from './heap.js'

/**
 * Both sides' wishes, flat so that 100,000 users fit: user u may take the sharers
 * `choices[starts[u] … starts[u + 1] − 1]`, best first, and `worth` says how much each of these sharers wants u.
 */
export interface Wishes {
  readonly starts: Int32Array
  readonly choices: Int32Array
  readonly worth: Float64Array
  /** Users each sharer takes. */
  readonly capacity: Int32Array
}

/**
 * Deferred acceptance (Gale and Shapley): users ask in their order, sharers keep the best that asked.
 *
 * Stable, and the best stable outcome for every user. Equal worth: the smaller user index is kept. Work: wishes × log.
 *
 * @returns sharer of each user, −1 for none
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_WHOLE`, `UNKNOWN_REFERENCE`
 * @see docs/spec/pran.md PRAN-11
 */
export function matchStably(wishes: Wishes): Int32Array {
  checkWishes(wishes)
  const users = wishes.starts.length - 1
  const kept = Array.from<Heap | undefined>({ length: wishes.capacity.length })
  const free = wishes.capacity.slice()
  const sharerOf = new Int32Array(users).fill(-1)
  const next = wishes.starts.slice(0, users)
  for (let first = 0; first < users; first++) {
    for (let user = first; user >= 0; ) user = ask(user, wishes, { kept, free, sharerOf, next })
  }
  return sharerOf
}

interface Round {
  /** Per sharer, the users it keeps, the least wanted on top; their priority is the order of `rank`. */
  readonly kept: (Heap | undefined)[]
  readonly free: Int32Array
  readonly sharerOf: Int32Array
  readonly next: Int32Array
}

/** Asks on until someone takes the user. @returns the user that was given up for it, −1 if nobody */
function ask(user: number, wishes: Wishes, round: Round): number {
  const end = wishes.starts[user + 1] ?? 0
  for (let at = round.next[user] ?? end; at < end; at++) {
    const sharer = wishes.choices[at] ?? 0
    const asked = wishes.worth[at] ?? 0
    const heap = heapOf(round, sharer)
    if ((round.free[sharer] ?? 0) > 0) {
      round.free[sharer] = (round.free[sharer] ?? 0) - 1
    } else {
      const least = heap.pop()
      if (least === undefined) continue
      if (!preferred(asked, user, least.priority, least.item)) {
        heap.push(least.item, least.priority)
        continue
      }
      take(heap, user, asked, at, sharer, round)
      round.sharerOf[least.item] = -1
      return least.item
    }
    take(heap, user, asked, at, sharer, round)
    return -1
  }
  round.next[user] = end
  return -1
}

function take(heap: Heap, user: number, worth: number, at: number, sharer: number, round: Round): void {
  heap.push(user, worth)
  round.sharerOf[user] = sharer
  round.next[user] = at + 1
}

function heapOf(round: Round, sharer: number): Heap {
  const known = round.kept[sharer]
  if (known !== undefined) return known
  const heap = createHeap()
  round.kept[sharer] = heap
  return heap
}

/** Strict order of a sharer over users. */
function preferred(worth: number, user: number, otherWorth: number, other: number): boolean {
  return worth > otherWorth || (worth === otherWorth && user < other)
}

/**
 * Pairs that would both rather have each other: none after `matchStably`.
 * @returns pairs [user, sharer]
 */
export function blockingPairs(wishes: Wishes, sharerOf: Int32Array): [user: number, sharer: number][] {
  const worthOfKept = Array.from(wishes.capacity, (): number[] => [])
  eachWish(wishes, (user, sharer, worth) => {
    if (sharerOf[user] === sharer) worthOfKept[sharer]?.push(worth)
  })
  const pairs: [number, number][] = []
  const settled = new Set<number>()
  eachWish(wishes, (user, sharer, worth) => {
    if (sharerOf[user] === sharer) settled.add(user)
    if (settled.has(user)) return
    const kept = worthOfKept[sharer] ?? []
    if (kept.length < (wishes.capacity[sharer] ?? 0) || kept.some(other => other < worth)) pairs.push([user, sharer])
  })
  return pairs
}

function eachWish(wishes: Wishes, visit: (user: number, sharer: number, worth: number) => void): void {
  for (let user = 0; user + 1 < wishes.starts.length; user++) {
    for (let at = wishes.starts[user] ?? 0; at < (wishes.starts[user + 1] ?? 0); at++) {
      visit(user, wishes.choices[at] ?? 0, wishes.worth[at] ?? 0)
    }
  }
}

function checkWishes({ starts, choices, worth, capacity }: Wishes): void {
  for (const units of capacity) wholeWithin('capacity', units, { min: 0, max: 2 ** 31 - 1 })
  const lengths = starts[0] === 0 && starts.at(-1) === choices.length && worth.length === choices.length
  if (!lengths || starts.some((start, i) => i > 0 && start < (starts[i - 1] ?? 0))) {
    throw new PranError('OUT_OF_RANGE', 'The wishes do not fit together: starts must rise from 0 to their number.', {
      name: 'starts',
    })
  }
  for (const sharer of choices) {
    if (sharer >= 0 && sharer < capacity.length) continue
    throw new PranError('UNKNOWN_REFERENCE', `There is no sharer ${sharer}.`, { name: 'choices', value: sharer })
  }
}
