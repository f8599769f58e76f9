import { ValuationError } from '../codes.js'
import { indicatorKeys } from '../indicators/index.js'
import { itemKey } from './read.js'
import type { Answer, ItemColumn, Omission, Panel } from './types.js'

/**
 * Every answer that the model asks for and the panel lacks, over all experts and rounds.
 *
 * @throws {ValuationError} `SCORE_MISSING` for the first one if they are refused; `ITEM_EMPTY` if nobody answered
 */
export function findOmissions(panel: Panel, missing: 'refuse' | 'omit'): Omission[] {
  const byQuestion = new Map(panel.answers.map(answer => [questionKey(answer), answer]))
  const omitted = expectedAnswers(panel).flatMap(wanted => {
    const answer = byQuestion.get(questionKey(wanted))
    const lacking = wanted.columns.filter(column => answer?.scores.has(column) !== true)
    const { columns: _, ...question } = wanted
    return lacking.map(column => ({ ...question, column, ...(answer === undefined ? {} : { row: answer.row }) }))
  })
  const [first] = omitted
  if (first !== undefined && missing === 'refuse') throw absent(first)
  checkNoItemEmpty(panel, omitted)
  return omitted
}

interface Wanted extends Pick<Answer, 'expert' | 'round' | 'player' | 'indicator'> {
  readonly columns: readonly ItemColumn[]
}

function expectedAnswers(panel: Panel): Wanted[] {
  const rounds = Array.from({ length: panel.rounds }, (_, index) => index + 1)
  const players = panel.model.players.filter(player => panel.players.includes(player.id))
  return panel.experts.flatMap(({ id: expert }) =>
    rounds.flatMap(round =>
      players.flatMap(player =>
        indicatorKeys(player).map(indicator => ({
          expert,
          round,
          player: player.id,
          indicator,
          columns: ['importance' as const, ...player.networks],
        })),
      ),
    ),
  )
}

const questionKey = ({ expert, round, player, indicator }: Pick<Answer, 'expert' | 'round' | 'player' | 'indicator'>) =>
  JSON.stringify([expert, round, player, indicator])

function absent({ expert, round, player, indicator, column, row }: Omission): ValuationError {
  const place = row === undefined ? '' : `row ${row}, `
  return new ValuationError(
    'SCORE_MISSING',
    `${place}column ${column}: ${expert} gave no score in round ${round} for ${player} ${indicator}.`,
    { expert, round, player, indicator, column, ...(row === undefined ? {} : { row }) },
  )
}

/** A question that nobody answered in some round has no mean; leaving it out would change what is compared. */
function checkNoItemEmpty(panel: Panel, omitted: readonly Omission[]): void {
  const counts = new Map<string, number>()
  for (const { round, player, indicator, column } of omitted) {
    const key = itemKey(round, player, indicator, column)
    counts.set(key, (counts.get(key) ?? 0) + 1)
    if (counts.get(key) === panel.experts.length)
      throw new ValuationError(
        'ITEM_EMPTY',
        `nobody scored ${player} ${indicator}, column ${column}, in round ${round}.`,
        { player, indicator, column, round },
      )
  }
}
