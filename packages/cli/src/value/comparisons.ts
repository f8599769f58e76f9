import { ConetError } from '@conet/core/errors'
import { ahpMatrixFromUpper, PLAYERS, type PlayerId, REFERENCE_MODEL } from '@conet/core/valuation'
import { readJson } from './read.js'

type Comparisons = Partial<Record<PlayerId, number[][]>>

/**
 * Pairwise comparisons per player: `{"user": {"criteria": ["convenience", …], "upper": [[3, "1/5", …], …]}}`, where
 * `upper` holds what stands above the diagonal, as numbers or as fractions.
 *
 * @throws ConetError `FILE_UNREADABLE`, `NOT_JSON`, `COMPARISONS_MALFORMED`; `SHAPE` and `OUT_OF_RANGE` of the matrix
 */
export function readComparisons(path: string): Comparisons {
  const file = objectOf(readJson(path), 'the file')
  const unknown = Object.keys(file).find(key => !PLAYERS.some(player => player === key))
  if (unknown !== undefined) throw malformed(`"${unknown}" is no player: use ${PLAYERS.join(', ')}`)
  const given = PLAYERS.filter(player => file[player] !== undefined)
  return Object.fromEntries(given.map(player => [player, matrixOf(player, objectOf(file[player], player))]))
}

function matrixOf(player: PlayerId, { criteria, upper }: Readonly<Record<string, unknown>>): number[][] {
  const known = REFERENCE_MODEL.players.find(one => one.id === player)?.primaries.map(primary => primary.id) ?? []
  if (JSON.stringify(criteria) !== JSON.stringify(known))
    throw malformed(`${player}.criteria must be ${JSON.stringify(known)}, in this order`)
  if (!Array.isArray(upper) || !upper.every(row => Array.isArray(row)))
    throw malformed(`${player}.upper must be a list of lists`)
  return ahpMatrixFromUpper((upper as unknown[][]).map(row => row.map(value => ratioOf(value, player))))
}

function ratioOf(value: unknown, player: string): number {
  if (typeof value === 'number') return value
  const parts = typeof value === 'string' ? /^(\d{1,3})\/(\d{1,3})$/.exec(value) : null
  if (parts === null) throw malformed(`${player}.upper holds ${JSON.stringify(value)}: write 3 or "1/3"`)
  return Number(parts[1]) / Number(parts[2])
}

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw malformed(`${name} must be an object`)
}

function malformed(why: string): ConetError {
  return new ConetError('COMPARISONS_MALFORMED', `pairwise comparisons: ${why}`)
}
