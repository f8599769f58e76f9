import { ROUNDING, type Rounding } from '../codes.js'
import type { Omission, Panel, Scale } from '../panel/index.js'
import type { Aggregate } from '../statistics/index.js'
import { type Note, note } from './notes.js'
import { evaluatePlayer, type PlayerEvaluation } from './player.js'
import type { Comparisons, Weighing } from './weighing.js'

export interface EvaluationOptions {
  /** Default `mean`, as in the paper. */
  readonly mode?: Aggregate
  /** Default `equal`, as in the paper. */
  readonly weighing?: Weighing
  /** Needed for `ahp`; if given otherwise, shown as a sensitivity. */
  readonly comparisons?: Comparisons
}

export interface Evaluation {
  readonly model: string
  readonly mode: Aggregate
  readonly weighing: Weighing
  readonly scale: Scale
  readonly rounds: number
  readonly experts: Panel['experts']
  readonly omitted: readonly Omission[]
  readonly players: readonly PlayerEvaluation[]
  readonly notes: readonly Note[]
  readonly rounding: Rounding
}

/**
 * The value evaluation of one panel: what each player gets from P-RAN and from the networks it competes with, how sure
 * the experts are, and how far the ranking depends on the method.
 *
 * @param panel - from `parsePanel`
 * @returns plain data; every figure that does not exist says why, every fallback stands in `notes`
 * @throws {ValuationError} `SHAPE`, `AHP_NOT_RECIPROCAL`, `OUT_OF_RANGE` for comparisons that do not fit
 */
export function evaluatePanel(panel: Panel, options: EvaluationOptions = {}): Evaluation {
  const method = { mode: 'mean' as const, weighing: 'equal' as const, comparisons: {}, ...options }
  const players = panel.model.players
    .filter(player => panel.players.includes(player.id))
    .map(player => evaluatePlayer(panel, player, method))
  return {
    model: panel.model.name,
    mode: method.mode,
    weighing: method.weighing,
    scale: panel.scale,
    rounds: panel.rounds,
    experts: panel.experts,
    omitted: panel.omitted,
    players,
    notes: [...panelNotes(panel), ...players.flatMap(player => player.notes)],
    rounding: ROUNDING.none,
  }
}

function panelNotes(panel: Panel): Note[] {
  const notes: Note[] = []
  if (panel.model.reconstructed) notes.push(note('INDICATORS_RECONSTRUCTED'))
  if (panel.experts.length === 1) notes.push(note('ONE_EXPERT'))
  if (panel.rounds === 1) notes.push(note('ONE_ROUND'))
  if (panel.omitted.length > 0) notes.push(note('ANSWERS_OMITTED', `${panel.omitted.length} answers`))
  for (const player of panel.model.players)
    if (!panel.players.includes(player.id)) notes.push(note('PLAYER_ABSENT', player.id))
  return notes
}
