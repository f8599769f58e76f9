import type { Coverage } from '../growth/index.js'
import { parseAmount } from './money.js'
import { growthOf } from './parse-growth.js'
import { amountsOf, type Fields, fieldsOf, malformed, textOf, wholeOf } from './read.js'
import {
  type BusinessCase,
  COST_LINES,
  DIRECT_LINES,
  INDIRECT_LINES,
  type Line,
  type LineGroup,
  type Triangle,
} from './types.js'

const GROUPS: Readonly<Record<LineGroup, readonly string[]>> = {
  cost: COST_LINES,
  direct: DIRECT_LINES,
  indirect: INDIRECT_LINES,
}
const FIELDS = [
  'name',
  'illustrative',
  'currency',
  'period',
  'periods',
  'discountRate',
  'scale',
  'growth',
  'uncertainty',
]
/** A century of half-years or five years of months. */
const MAX_PERIODS = 60
/** A factor of 100 is no uncertainty but another case. */
const MAX_FACTOR = 100_000_000n

/**
 * Reads a case from parsed JSON or YAML (VAL-14).
 *
 * @param value - see docs/spec/valuation.md for the fields; every line of cost and value must be stated
 * @param coverage - takes the place of the formula in `growth.coverage`, such as what a simulation found
 * @throws {ValuationError} `CASE_MALFORMED` with the path; what growth throws if the case grows its users
 */
export function caseFromJson(value: unknown, coverage?: Coverage): BusinessCase {
  const fields = fieldsOf(value, 'case', [...FIELDS, ...Object.keys(GROUPS)])
  const periods = wholeOf(fields.periods, 'case.periods', 1, MAX_PERIODS)
  if (fields.illustrative !== undefined && typeof fields.illustrative !== 'boolean')
    throw malformed('case.illustrative', 'true or false is needed')
  const lines = (Object.keys(GROUPS) as LineGroup[]).flatMap(group => linesOf(fields[group], group, periods))
  const people = peopleOf(fields, periods, coverage)
  if (people === undefined && lines.some(line => [...line.perUser, ...line.perSharer].some(amount => amount > 0n)))
    throw malformed('case', 'amounts per user or sharer need "scale" or "growth"')
  return {
    name: textOf(fields.name, 'case.name'),
    illustrative: fields.illustrative === true,
    currency: textOf(fields.currency, 'case.currency'),
    period: fields.period === undefined ? 'year' : textOf(fields.period, 'case.period'),
    periods,
    discountPpm: parseAmount(fields.discountRate, 'case.discountRate'),
    lines,
    ...(people ?? { users: [], sharers: [] }),
    uncertainty: uncertaintyOf(fields.uncertainty ?? {}),
  }
}

function linesOf(value: unknown, group: LineGroup, periods: number): Line[] {
  const fields = fieldsOf(value, `case.${group}`, GROUPS[group])
  return GROUPS[group].map(id => {
    const path = `case.${group}.${id}`
    const given = fields[id]
    if (given === undefined) throw malformed(path, 'every line must be stated: write 0 if there is none')
    const plain = typeof given !== 'object' || Array.isArray(given)
    const parts = plain ? { fixed: given } : fieldsOf(given, path, ['fixed', 'perUser', 'perSharer'])
    const part = (name: string) => amountsOf((parts as Fields)[name], `${path}.${name}`, periods)
    return { group, id, fixed: part('fixed'), perUser: part('perUser'), perSharer: part('perSharer') }
  })
}

type People = Pick<BusinessCase, 'users' | 'sharers' | 'growth'>

function peopleOf(fields: Fields, periods: number, coverage: Coverage | undefined): People | undefined {
  if (fields.scale !== undefined && fields.growth !== undefined)
    throw malformed('case.scale', 'people are either stated in "scale" or grown by "growth", not both')
  if (fields.growth !== undefined) return growthOf(fields.growth, periods, coverage)
  if (fields.scale === undefined) return undefined
  const scale = fieldsOf(fields.scale, 'case.scale', ['users', 'sharers'])
  const count = (name: 'users' | 'sharers') => {
    const given = scale[name]
    if (!Array.isArray(given) || given.length !== periods)
      throw malformed(`case.scale.${name}`, `${periods} whole numbers are needed, one per period`)
    return given.map((people, index) => BigInt(wholeOf(people, `case.scale.${name}[${index}]`, 0, 1e10)))
  }
  return { users: count('users'), sharers: count('sharers') }
}

function uncertaintyOf(value: unknown): Map<string, Triangle> {
  const lines = Object.entries(GROUPS).flatMap(([group, ids]) => ids.map(id => `${group}.${id}`))
  const fields = fieldsOf(value, 'case.uncertainty', [...lines, 'users', 'sharers', 'discountRate'])
  return new Map(Object.entries(fields).map(([name, given]) => [name, triangleOf(given, `case.uncertainty.${name}`)]))
}

function triangleOf(value: unknown, path: string): Triangle {
  const fields = fieldsOf(value, path, ['low', 'mode', 'high'])
  const [low, mode, high] = ['low', 'mode', 'high'].map(name =>
    name === 'mode' && fields.mode === undefined ? 1_000_000n : parseAmount(fields[name], `${path}.${name}`),
  ) as [bigint, bigint, bigint]
  if (low > mode || mode > high || high > MAX_FACTOR) throw malformed(path, 'low ≤ mode ≤ high ≤ 100 is needed')
  return { low, mode, high }
}
