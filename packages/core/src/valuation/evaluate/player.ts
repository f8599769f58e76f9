import type { Measured } from '../codes.js'
import {
  checkOrderings,
  type OrderingCheck,
  type PlayerScores,
  type RadarSize,
  radarSize,
  ranking,
  scorePlayer,
  weighted,
} from '../compare/index.js'
import type { PlayerModel } from '../indicators/index.js'
import type { Panel } from '../panel/index.js'
import { type Aggregate, type Agreement, TRIM_SHARE } from '../statistics/index.js'
import { agreementOf, type Settled, settledOf } from './agreement.js'
import { type Note, note } from './notes.js'
import { type Sensitivity, sensitivityOf } from './sensitivity.js'
import { type ChosenWeights, type Comparisons, chooseWeights, type Weighing } from './weighing.js'

/** What a player's networks come to. Absent for the operator, whose value is money (roi), not one score. */
export interface Comparison {
  readonly weights: ChosenWeights
  readonly overall: Readonly<Record<string, number>>
  readonly ranking: readonly string[]
  readonly radar: Readonly<Record<string, RadarSize>>
  readonly sensitivity: Sensitivity
  readonly agreement: Measured<Agreement>
  readonly orderings: readonly OrderingCheck[]
}

export interface PlayerEvaluation {
  readonly scores: PlayerScores
  readonly importanceAgreement: Measured<Agreement>
  readonly settled: Measured<Settled>
  readonly comparison?: Comparison
  readonly notes: readonly Note[]
}

export interface Method {
  readonly mode: Aggregate
  readonly weighing: Weighing
  readonly comparisons: Comparisons
}

/** Evaluates one player of a panel. @throws as the methods asked for */
export function evaluatePlayer(panel: Panel, player: PlayerModel, method: Method): PlayerEvaluation {
  const scores = scorePlayer(panel, player, method.mode)
  const importanceAgreement = agreementOf(panel, scores, 'importance')
  const settled = settledOf(scores)
  const comparison = player.networks.length === 0 ? undefined : compare(panel, player, scores, method)
  const result = { scores, importanceAgreement, settled, ...(comparison === undefined ? {} : { comparison }) }
  return { ...result, notes: notesOf(player, result) }
}

function compare(panel: Panel, player: PlayerModel, scores: PlayerScores, method: Method): Comparison {
  const weights = chooseWeights(scores, method.weighing, method.comparisons)
  const overall = weighted(scores, weights.weights)
  const radii = (network: (typeof scores.networks)[number]) =>
    scores.primaries.map(primary => primary.networks[network] ?? 0)
  return {
    weights,
    overall: Object.fromEntries(overall),
    ranking: ranking(overall),
    radar: Object.fromEntries(scores.networks.map(network => [network, radarSize(radii(network))])),
    sensitivity: sensitivityOf(panel, player, scores, weights, method.comparisons),
    agreement: agreementOf(panel, scores, 'networks'),
    orderings: checkOrderings(scores),
  }
}

function notesOf(player: PlayerModel, result: Omit<PlayerEvaluation, 'notes'>): Note[] {
  const { settled, comparison, importanceAgreement, scores } = result
  const notes: Note[] = []
  if (settled.defined && settled.open.length > 0)
    notes.push(note('NOT_CONVERGED', `${player.id}: ${settled.open.length} of ${settled.items}`))
  const flat = [importanceAgreement, comparison?.agreement, comparison?.sensitivity.topsis].some(
    figure => figure?.defined === false && figure.reason === 'ZERO_VARIANCE',
  )
  if (flat) notes.push(note('ZERO_VARIANCE', player.id))
  if (scores.mode === 'trimmed' && scores.items.some(item => Math.floor(item.experts * TRIM_SHARE) === 0))
    notes.push(note('NOTHING_TRIMMED', player.id))
  if (comparison?.weights.ahp?.consistent === false) notes.push(note('AHP_INCONSISTENT', player.id))
  if (comparison?.weights.entropy?.fallback !== undefined) notes.push(note('WEIGHTS_EQUAL_INSTEAD', player.id))
  const reversing = comparison?.sensitivity.rows.filter(row => row.reversals.length > 0).map(row => row.method) ?? []
  if (reversing.length > 0) notes.push(note('RANK_REVERSALS', `${player.id}: ${reversing.join('; ')}`))
  return notes
}
