import { indicatorKeys, NETWORKS, type PlayerModel, REFERENCE_MODEL } from '../indicators/index.js'
import { LIKERT } from '../panel/index.js'
import type { RandomSource } from '../roi/index.js'
import { seededSource } from './seeded-source.js'
import { TARGETS } from './targets.js'

/** Three fields in equal numbers, as in the paper; how many experts it asked is not in the text we have. */
const EXPERTS = ['wireless', 'strategy', 'operation'].flatMap((field, index) => [
  { id: `synthetic-${2 * index + 1}`, field },
  { id: `synthetic-${2 * index + 2}`, field },
])
const HEADER = ['expert', 'field', 'round', 'player', 'indicator', 'importance', ...NETWORKS]
/** Share of answers that lie one point off in the interview and in the first confirmation; none in the second. */
const UNSETTLED = [0.35, 0.12, 0] as const
const SEED = 20_230_302

/**
 * The synthetic reference panel as CSV: six experts, an interview and two confirmations. Illustrative: no expert gave
 * these answers. The last round has the means of `TARGETS` to the nearest sixth; earlier rounds wander around it.
 */
export function referencePanel(): string {
  const random = seededSource(SEED)
  const settled = REFERENCE_MODEL.players.flatMap(player =>
    indicatorKeys(player).map(indicator => ({
      player,
      indicator,
      columns: (TARGETS[player.id][indicator] ?? []).map(target => spread(target, random)),
    })),
  )
  const lines = UNSETTLED.flatMap((share, round) =>
    EXPERTS.flatMap((expert, index) =>
      settled.map(({ player, indicator, columns }) => {
        const scores = columns.map(column => wander(column[index] ?? LIKERT.min, share, random))
        return [expert.id, expert.field, round + 1, player.id, indicator, ...cells(player, scores)].join(',')
      }),
    ),
  )
  return `${[HEADER.join(','), ...lines].join('\r\n')}\r\n`
}

/** Whole scores, one per expert, whose mean is the target to the nearest sixth; who gives which is drawn. */
function spread(target: number, random: RandomSource): number[] {
  const low = Math.floor(target)
  const high = Math.round((target - low) * EXPERTS.length)
  return EXPERTS.map((_, index) => ({ score: index < high ? low + 1 : low, key: random.uniform() }))
    .sort((a, b) => a.key - b.key)
    .map(({ score }) => score)
}

function wander(score: number, share: number, random: RandomSource): number {
  const [chance, side] = [random.uniform(), random.uniform()]
  if (chance >= share) return score
  return Math.min(LIKERT.max, Math.max(LIKERT.min, side < 0.5 ? score - 1 : score + 1))
}

/** Importance, then every network's column: empty where the player does not compare it. */
function cells(player: PlayerModel, [importance, ...scores]: readonly number[]): (number | string)[] {
  return [importance ?? '', ...NETWORKS.map(network => scores[player.networks.indexOf(network)] ?? '')]
}
