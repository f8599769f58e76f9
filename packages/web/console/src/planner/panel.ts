import { type Evaluation, evaluatePanel, type Note, parsePanel, radarSize } from '@conet/core/valuation'

/** What a page shows of the networks' names. */
export const NETWORK_NAMES: Readonly<Record<string, string>> = {
  'p-ran': 'P-RAN',
  wifi: 'Wi-Fi',
  broadband: 'Broadband',
  hotspot: 'Hotspot',
  mobile: '5G',
}

/** Radar and its size, for one player. */
export interface RadarView {
  readonly axes: readonly string[]
  readonly max: number
  readonly networks: readonly {
    readonly id: string
    readonly name: string
    readonly values: readonly number[]
    /** Size that does not hang on the order of the axes, in points of the scale (VAL-11). */
    readonly meanRadius: number
    readonly overall: number
    readonly rank: number
  }[]
}

/** Evaluates a panel file. @throws ValuationError with row and column */
export function evaluateText(csv: string): Evaluation {
  return evaluatePanel(parsePanel(csv))
}

/** Players whose networks are compared; the operator's value is money. */
export function comparedPlayers(evaluation: Evaluation) {
  return evaluation.players.filter(player => player.comparison !== undefined)
}

/**
 * The radar of one player.
 * @param detail - `secondary` has one axis per question, `primary` the means of its groups
 */
export function radarView(evaluation: Evaluation, playerId: string, detail: 'primary' | 'secondary'): RadarView {
  const player = comparedPlayers(evaluation).find(one => one.scores.player === playerId)
  if (player?.comparison === undefined) return { axes: [], max: evaluation.scale.max, networks: [] }
  const { scores, comparison } = player
  const questions = scores.items.filter(item => item.column === 'importance').map(item => item.indicator)
  const value = (network: string, axis: string) =>
    scores.items.find(item => item.indicator === axis && item.column === network)?.value ?? 0
  return {
    axes: detail === 'primary' ? scores.primaries.map(one => one.name) : questions.map(shortName),
    max: evaluation.scale.max,
    networks: scores.networks.map(id => {
      const values =
        detail === 'primary'
          ? scores.primaries.map(one => one.networks[id] ?? 0)
          : questions.map(axis => value(id, axis))
      return {
        id,
        name: NETWORK_NAMES[id] ?? id,
        values,
        meanRadius: radarSize(values).meanRadius,
        overall: comparison.overall[id] ?? 0,
        rank: comparison.ranking.indexOf(id) + 1,
      }
    }),
  }
}

/** A note with whom it is about. */
export function noteText({ text, about }: Note): string {
  return about === undefined ? text : `${text} (${about})`
}

/** `experience/no-sim` → `no sim`. */
function shortName(indicator: string): string {
  return (indicator.split('/')[1] ?? indicator).replaceAll('-', ' ')
}

/** The comparison as a table (RFC 4180). */
export function comparisonCsv(evaluation: Evaluation): string {
  const rows = comparedPlayers(evaluation).flatMap(({ scores }) =>
    radarView(evaluation, scores.player, 'secondary').networks.map(one =>
      [scores.player, one.id, one.rank, one.overall.toFixed(4), one.meanRadius.toFixed(4)].join(','),
    ),
  )
  return ['player,network,rank,overall,radar_mean_radius', ...rows, ''].join('\r\n')
}
