import { PranError } from '../codes.js'
import { NOT_NEGATIVE, POSITIVE, wholeWithin, within } from '../guard.js'

/** A user's possible server (sharer or cell) and the rate it would get there alone. */
export interface SharingOption {
  readonly user: number
  readonly server: number
  readonly rateMbps: number
}

export interface FairShare {
  /** Server of each user, −1 if it has no option. */
  readonly server: readonly number[]
  /** Rate of each user when each server divides its time equally, 0 without an option. */
  readonly rateMbps: readonly number[]
  /** Σ ln R over the users that have an option, R in Mbit/s. */
  readonly sumLog: number
  readonly jain: number
}

/**
 * Jain's index (Σx)² / (n Σx²): 1 if all are equal, 1/n if one has everything.
 * @returns 1/n..1; 1 for no values or only zeros
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_A_NUMBER`
 */
export function jainIndex(values: readonly number[]): number {
  let sum = 0
  let squares = 0
  for (const value of values) {
    within('value', value, NOT_NEGATIVE)
    sum += value
    squares += value * value
  }
  return squares === 0 ? 1 : (sum * sum) / (values.length * squares)
}

/**
 * Chooses a server for every user so that Σ ln R is large: starts with the best rate alone, then moves one user at a time as
 * long as that helps.
 *
 * Every move raises the sum, so it ends; the result is a local optimum (nobody's move alone raises the sum), not always the
 * best one.
 *
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_WHOLE`, `NOT_A_NUMBER`, `DUPLICATE` if an option stands there twice
 * @see docs/spec/pran.md PRAN-10
 */
export function shareFairly(users: number, servers: number, options: readonly SharingOption[]): FairShare {
  const logRate = optionTable(users, servers, options)
  const choice = logRate.map(own => [...own].reduce((best, next) => (next[1] > best[1] ? next : best), NOWHERE)[0])
  const load = new Array<number>(servers).fill(0)
  for (const server of choice) if (server >= 0) load[server] = (load[server] ?? 0) + 1
  while (moveEach(choice, load, logRate));
  const rateMbps = choice.map((server, user) => Math.exp(logRate[user]?.get(server) ?? -Infinity) / (load[server] ?? 1))
  const served = rateMbps.filter(rate => rate > 0)
  const sumLog = served.reduce((sum, rate) => sum + Math.log(rate), 0)
  return { server: choice, rateMbps, sumLog, jain: jainIndex(rateMbps) }
}

const NOWHERE: readonly [number, number] = [-1, -Infinity]
/** Smaller gains are rounding noise and could go round in circles. */
const GAIN = 1e-9

/** Users of one server lose n ln n together by dividing it; the next one costs this much more. */
const crowding = (already: number) =>
  (already + 1) * Math.log(already + 1) - (already > 0 ? already * Math.log(already) : 0)

/** One sweep; work: options. */
function moveEach(choice: number[], load: number[], logRate: readonly ReadonlyMap<number, number>[]): boolean {
  let moved = false
  choice.forEach((from, user) => {
    const options = logRate[user] ?? new Map<number, number>()
    const leave = crowding((load[from] ?? 1) - 1) - (options.get(from) ?? 0)
    let best = { to: from, gain: GAIN }
    for (const [to, log] of options) {
      const gain = to === from ? 0 : log - crowding(load[to] ?? 0) + leave
      if (gain > best.gain) best = { to, gain }
    }
    if (best.to === from) return
    load[from] = (load[from] ?? 0) - 1
    load[best.to] = (load[best.to] ?? 0) + 1
    choice[user] = best.to
    moved = true
  })
  return moved
}

function optionTable(users: number, servers: number, options: readonly SharingOption[]): Map<number, number>[] {
  const table = Array.from({ length: users }, () => new Map<number, number>())
  for (const { user, server, rateMbps } of options) {
    wholeWithin('user', user, { min: 0, max: users - 1 })
    wholeWithin('server', server, { min: 0, max: servers - 1 })
    within('rateMbps', rateMbps, POSITIVE)
    if (table[user]?.has(server)) {
      throw new PranError('DUPLICATE', `User ${user} has server ${server} twice: give the better one.`, {
        user,
        server,
      })
    }
    table[user]?.set(server, Math.log(rateMbps))
  }
  return table
}
