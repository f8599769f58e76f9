import { type Coverage, type GrowthParams, grow, poissonCoverage } from '../growth/index.js'
import { fieldsOf, malformed, numberOf } from './read.js'
import type { BusinessCase } from './types.js'

const SIDE = ['market', 'innovation', 'imitation', 'coupling', 'promotion', 'churn', 'initial'] as const
const OPERATOR = ['innovation', 'imitation', 'fade', 'initial'] as const
const REWARD = ['poolPerUser', 'cap', 'half'] as const
const AREA = ['areaM2', 'rangeM'] as const

/**
 * Grows users and sharers over the periods of a case: the people of a period are those at its end, rounded down.
 * @throws {ValuationError} `CASE_MALFORMED`, and what `grow` throws
 */
export function growthOf(
  value: unknown,
  periods: number,
  coverage: Coverage | undefined,
): Required<Pick<BusinessCase, 'users' | 'sharers' | 'growth'>> {
  const fields = fieldsOf(value, 'case.growth', ['users', 'sharers', 'operator', 'reward', 'coverage'])
  const params: GrowthParams = {
    users: numbersOf(fields.users, 'users', SIDE, ['promotion']),
    sharers: numbersOf(fields.sharers, 'sharers', SIDE, ['promotion']),
    operator: numbersOf(fields.operator, 'operator', OPERATOR),
    reward: numbersOf(fields.reward, 'reward', REWARD),
  }
  const result = grow(params, coverage ?? formulaOf(fields.coverage), periods)
  const ends = result.points.slice(1)
  return {
    users: ends.map(point => BigInt(Math.floor(point.users))),
    sharers: ends.map(point => BigInt(Math.floor(point.sharers))),
    growth: { params, result },
  }
}

function formulaOf(value: unknown): Coverage {
  if (value === undefined) throw malformed('case.growth.coverage', 'give areaM2 and rangeM, or a simulated coverage')
  const { areaM2, rangeM } = numbersOf(value, 'coverage', AREA)
  return poissonCoverage(areaM2, rangeM)
}

function numbersOf<K extends string>(
  value: unknown,
  name: string,
  keys: readonly K[],
  optional: readonly K[] = [],
): Record<K, number> {
  const path = `case.growth.${name}`
  const fields = fieldsOf(value, path, keys)
  const read = (key: K) =>
    fields[key] === undefined && optional.includes(key) ? 0 : numberOf(fields[key], `${path}.${key}`)
  return Object.fromEntries(keys.map(key => [key, read(key)])) as Record<K, number>
}
