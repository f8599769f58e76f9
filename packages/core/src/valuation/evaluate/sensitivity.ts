import type { Measured } from '../codes.js'
import {
  leaveOneOutReversals,
  type PlayerScores,
  type Reversal,
  ranking,
  rankReversals,
  scorePlayer,
  type Topsis,
  topsis,
  weighted,
} from '../compare/index.js'
import type { PlayerModel } from '../indicators/index.js'
import type { Panel } from '../panel/index.js'
import { AGGREGATES } from '../statistics/index.js'
import { type ChosenWeights, type Comparisons, chooseWeights, WEIGHINGS } from './weighing.js'

/** The ranking under another method, and the pairs that it turns round. */
export interface SensitivityRow {
  /** Such as `median, equal` or `topsis`. */
  readonly method: string
  readonly values: Readonly<Record<string, number>>
  readonly ranking: readonly string[]
  readonly reversals: readonly Reversal[]
}

export interface Sensitivity {
  readonly rows: readonly SensitivityRow[]
  readonly topsis: Measured<Topsis>
  /** Pairs that TOPSIS turns round when a third network is left out. */
  readonly leaveOneOut: readonly (Reversal & { readonly without: string })[]
}

/** Ranks a player's networks by every other method and compares with the ranking chosen (VAL-12). */
export function sensitivityOf(
  panel: Panel,
  player: PlayerModel,
  scores: PlayerScores,
  chosen: ChosenWeights,
  comparisons: Comparisons,
): Sensitivity {
  const base = weighted(scores, chosen.weights)
  const row = (method: string, values: ReadonlyMap<string, number>): SensitivityRow => ({
    method,
    values: Object.fromEntries(values),
    ranking: ranking(values),
    reversals: rankReversals(base, values),
  })
  const modes = AGGREGATES.filter(mode => mode !== scores.mode).map(mode => {
    const other = scorePlayer(panel, player, mode)
    const weights = chooseWeights(other, chosen.method, comparisons).weights
    return row(`${mode}, ${chosen.method}`, weighted(other, weights))
  })
  const weighings = WEIGHINGS.filter(
    method => method !== chosen.method && (method !== 'ahp' || comparisons[player.id] !== undefined),
  ).map(method =>
    row(`${scores.mode}, ${method}`, weighted(scores, chooseWeights(scores, method, comparisons).weights)),
  )
  const table = scores.networks.map(network => scores.primaries.map(primary => primary.networks[network] ?? 0))
  const close = topsis(table, chosen.weights)
  const closeness = close.defined
    ? [row('topsis', new Map(scores.networks.map((network, index) => [network, close.closeness[index] ?? 0] as const)))]
    : []
  return {
    rows: [...modes, ...weighings, ...closeness],
    topsis: close,
    leaveOneOut: leaveOneOutReversals(scores.networks, table, chosen.weights),
  }
}
