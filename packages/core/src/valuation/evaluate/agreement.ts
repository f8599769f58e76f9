import { defined, type Measured, undefinedBecause } from '../codes.js'
import type { PlayerScores } from '../compare/index.js'
import { latestRound, type Panel, scoresOf } from '../panel/index.js'
import { type Agreement, kendallW } from '../statistics/index.js'

/** How many answers settled, and which did not. */
export interface Settled {
  readonly items: number
  readonly converged: number
  /** `indicator column` of each answer that is still open. */
  readonly open: readonly string[]
}

/**
 * Kendall's W over the items of one kind, in the last round. Experts with a missing answer cannot rank and are left
 * out; `experts` in the result counts those who remain.
 */
export function agreementOf(panel: Panel, scores: PlayerScores, kind: 'importance' | 'networks'): Measured<Agreement> {
  const items = scores.items.filter(item => (item.column === 'importance') === (kind === 'importance'))
  const answers = items.map(({ indicator, column }) =>
    scoresOf(panel, { round: latestRound(panel), player: scores.player, indicator, column }),
  )
  const rows = panel.experts
    .map(({ id }) => answers.map(byExpert => byExpert.get(id)))
    .filter((row): row is number[] => row.every(value => value !== undefined))
  if (panel.experts.length < 2) return undefinedBecause('ONE_EXPERT')
  if (rows.length < 2 || items.length === 0) return undefinedBecause('NO_COMPLETE_EXPERT')
  return kendallW(rows)
}

/** Convergence of all items of a player; not defined for one round. */
export function settledOf(scores: PlayerScores): Measured<Settled> {
  const measured = scores.items.flatMap(item => (item.delphi.defined ? [{ item, ...item.delphi }] : []))
  if (measured.length === 0) return undefinedBecause('ONE_ROUND')
  const open = measured.filter(one => !one.converged).map(({ item }) => `${item.indicator} ${item.column}`)
  return defined({ items: measured.length, converged: measured.length - open.length, open })
}
