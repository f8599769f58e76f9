import type { Route } from './payload.js'

/** What the terminal cares for. */
export interface RouteWishes {
  /** Only paths to this exit. */
  readonly exit?: string | undefined
  /** Relays on the path at most. */
  readonly maxRelays: number
  /** How many milliseconds of delay one percent of the price is worth. Default 2. */
  readonly msPerPercent?: number
  /** `did` of relays that failed lately: their paths come last. */
  readonly failed?: ReadonlySet<string>
}

/**
 * Orders paths, best first: those without a failed relay, then by delay and by what the relays want of the price;
 * shorter paths win a tie, then the order of their names, so that the choice is the same everywhere.
 */
export function rankRoutes(routes: readonly Route[], wishes: RouteWishes): readonly Route[] {
  const { exit, maxRelays, msPerPercent = 2, failed = new Set<string>() } = wishes
  const cost = (route: Route) => route.rttMs + (sum(route.shares.map(share => share.bps)) / 100) * msPerPercent
  const broken = (route: Route) => Number(route.path.some(hop => failed.has(hop.did)))
  const name = (route: Route) => route.path.map(hop => hop.did).join(' ')
  return routes
    .filter(route => route.path.length - 1 <= maxRelays && (exit === undefined || route.path.at(-1)?.did === exit))
    .toSorted(
      (one, other) =>
        broken(one) - broken(other) ||
        cost(one) - cost(other) ||
        one.path.length - other.path.length ||
        (name(one) < name(other) ? -1 : 1),
    )
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
