import { ConetError } from '@conet/core/errors'
import { type Coverage, tabulatedCoverage } from '@conet/core/valuation'
import { coverageFromCsv, coverageTable } from '@conet/sim/report'
import { readJson, readText } from './read.js'

/**
 * Coverage in place of the formula: `coverage.csv` of `conet sim run`, whose densities are brought to the area of the case, or JSON
 * [[sharers, share], …] for that area.
 *
 * @param areaM2 - `growth.coverage.areaM2` of the case
 * @throws {ConetError} `COVERAGE_MALFORMED`; SimError of the CSV; ValuationError of the points
 */
export function coverageFrom(path: string, areaM2: number | undefined): Coverage {
  if (path.toLowerCase().endsWith('.csv')) return fromSimulator(path, areaM2)
  const table = readJson(path)
  const isPoint = (point: unknown): point is [number, number] =>
    Array.isArray(point) && point.length === 2 && point.every(value => typeof value === 'number')
  if (Array.isArray(table) && table.every(isPoint)) return tabulatedCoverage(table)
  throw new ConetError('COVERAGE_MALFORMED', `${path} must be a list of [sharers, share]: [[0, 0], [5000, 0.4]]`)
}

function fromSimulator(path: string, areaM2: number | undefined): Coverage {
  if (areaM2 !== undefined) return tabulatedCoverage(coverageTable(coverageFromCsv(readText(path)), areaM2))
  throw new ConetError(
    'COVERAGE_MALFORMED',
    `${path} has densities of sharers: state growth.coverage.areaM2 in the case, so that they become numbers`,
  )
}
