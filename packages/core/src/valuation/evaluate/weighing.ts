import { ValuationError } from '../codes.js'
import type { PlayerScores } from '../compare/index.js'
import type { PlayerId } from '../indicators/index.js'
import {
  type AhpWeights,
  ahpWeights,
  type EntropyWeights,
  entropyWeights,
  equalWeights,
  importanceWeights,
} from '../weights/index.js'

/** `equal` is the paper's: an arithmetic mean of the primary indicators (VAL-9). */
export const WEIGHINGS = ['equal', 'importance', 'entropy', 'ahp'] as const
export type Weighing = (typeof WEIGHINGS)[number]

/** Pairwise comparisons of the primary indicators, per player, in the order of the model. */
export type Comparisons = Readonly<Partial<Record<PlayerId, readonly (readonly number[])[]>>>

export interface ChosenWeights {
  readonly method: Weighing
  /** One per primary indicator, in order, summing to 1. */
  readonly weights: readonly number[]
  readonly ahp?: AhpWeights
  readonly entropy?: EntropyWeights
}

/**
 * Weights of a player's primary indicators.
 * @throws {ValuationError} `SHAPE` if `ahp` is asked for without comparisons of this player, or of another size; as the
 *   methods themselves
 */
export function chooseWeights(scores: PlayerScores, method: Weighing, comparisons: Comparisons = {}): ChosenWeights {
  const { primaries, networks } = scores
  if (method === 'equal') return { method, weights: equalWeights(primaries.length) }
  if (method === 'importance') return { method, weights: importanceWeights(primaries.map(one => one.importance)) }
  if (method === 'entropy') {
    const entropy = entropyWeights(networks.map(network => primaries.map(one => one.networks[network] ?? 0)))
    return { method, weights: entropy.weights, entropy }
  }
  const matrix = comparisons[scores.player]
  if (matrix?.length !== primaries.length)
    throw new ValuationError(
      'SHAPE',
      `comparisons of the ${scores.player} are ${matrix === undefined ? 'missing' : `for ${matrix.length} criteria`}: give ${primaries.length} (${primaries.map(one => one.id).join(', ')}).`,
      { name: `ahp.${scores.player}`, size: matrix?.length ?? 0, wanted: primaries.length },
    )
  const ahp = ahpWeights(matrix)
  return { method, weights: ahp.weights, ahp }
}
