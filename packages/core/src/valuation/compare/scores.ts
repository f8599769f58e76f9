import { type Measured, ROUNDING, type Rounding } from '../codes.js'
import type { NetworkId, PlayerId, PlayerModel, Primary } from '../indicators/index.js'
import { type ItemColumn, latestRound, type Panel, roundsOf, scoresOf } from '../panel/index.js'
import {
  type Aggregate,
  aggregate,
  type Convergence,
  convergence,
  interquartileRange,
  mean,
  standardDeviation,
} from '../statistics/index.js'

/** What the experts said, taken together, about one item. */
export interface ItemScore {
  readonly indicator: string
  readonly column: ItemColumn
  readonly value: number
  readonly iqr: number
  readonly deviation: Measured<{ readonly value: number }>
  /** Answers behind the value. */
  readonly experts: number
  readonly delphi: Measured<Convergence>
}

/** One axis of the radar: the mean of its secondary indicators, per network. */
export interface PrimaryScore {
  readonly id: string
  readonly name: string
  readonly importance: number
  readonly networks: Readonly<Partial<Record<NetworkId, number>>>
}

export interface PlayerScores {
  readonly player: PlayerId
  readonly name: string
  readonly mode: Aggregate
  readonly networks: readonly NetworkId[]
  readonly items: readonly ItemScore[]
  readonly primaries: readonly PrimaryScore[]
  readonly rounding: Rounding
}

/**
 * Scores of one player from the last round: each item by the mode asked for, each primary indicator as the arithmetic
 * mean of its secondary ones (VAL-10).
 * @throws {ValuationError} `SHAPE` if the panel has no answers of this player
 */
export function scorePlayer(panel: Panel, player: PlayerModel, mode: Aggregate): PlayerScores {
  const columns: readonly ItemColumn[] = ['importance', ...player.networks]
  const items = player.primaries.flatMap(primary =>
    primary.secondaries.flatMap(secondary =>
      columns.map(column => scoreItem(panel, player.id, `${primary.id}/${secondary.id}`, column, mode)),
    ),
  )
  return {
    player: player.id,
    name: player.name,
    mode,
    networks: player.networks,
    items,
    primaries: player.primaries.map(primary => scorePrimary(primary, player.networks, items)),
    rounding: ROUNDING.none,
  }
}

function scoreItem(panel: Panel, player: PlayerId, indicator: string, column: ItemColumn, mode: Aggregate): ItemScore {
  const answers = (round: number) => [...scoresOf(panel, { round, player, indicator, column }).values()]
  const values = answers(latestRound(panel))
  return {
    indicator,
    column,
    value: aggregate(mode, values),
    iqr: interquartileRange(values),
    deviation: standardDeviation(values),
    experts: values.length,
    delphi: convergence(roundsOf(panel).map(answers)),
  }
}

function scorePrimary(primary: Primary, networks: readonly NetworkId[], items: readonly ItemScore[]): PrimaryScore {
  const of = (column: ItemColumn) =>
    mean(items.filter(one => one.column === column && one.indicator.startsWith(`${primary.id}/`)).map(one => one.value))
  return {
    id: primary.id,
    name: primary.name,
    importance: of('importance'),
    networks: Object.fromEntries(networks.map(network => [network, of(network)])),
  }
}

/** Value of a primary (`cost`) or secondary (`experience/speed`) indicator for a network; NaN for one that is not there. */
export function indicatorValue(scores: PlayerScores, indicator: string, network: NetworkId): number {
  const primary = scores.primaries.find(one => one.id === indicator)
  if (primary !== undefined) return primary.networks[network] ?? Number.NaN
  return scores.items.find(one => one.indicator === indicator && one.column === network)?.value ?? Number.NaN
}

/** Weighted sum of the primary indicators per network. @param weights - one per primary indicator, in order, summing to 1 */
export function weighted(scores: PlayerScores, weights: readonly number[]): Map<NetworkId, number> {
  return new Map(
    scores.networks.map(network => [
      network,
      scores.primaries.reduce((sum, primary, axis) => sum + (weights[axis] ?? 0) * (primary.networks[network] ?? 0), 0),
    ]),
  )
}
