import { cellNumber, readTable, type TableErrors } from '../input/csv.js'

/** One point of a measured cov(S). */
export interface DensityReach {
  readonly perKm2: number
  /** 0..1 */
  readonly reach: number
}

const ERRORS: TableErrors = { file: 'coverage.csv', column: 'COLUMN_MISSING', row: 'ROW_MALFORMED' }

/** Reads `coverage.csv` again. @throws {SimError} `COLUMN_MISSING`, `ROW_MALFORMED` */
export function coverageFromCsv(text: string): DensityReach[] {
  return readTable(text, ['sharers_per_km2', 'reach'], ERRORS).map((row, i) => ({
    perKm2: cellNumber(row, i, 'sharers_per_km2', 0, 1e7, ERRORS),
    reach: cellNumber(row, i, 'reach', 0, 1, ERRORS),
  }))
}

/**
 * The measured cov(S) for another area, as `tabulatedCoverage` of core/valuation takes it: the same density of sharers covers the
 * same share.
 *
 * @param areaM2 - of the business case
 * @returns [sharers, share], sharers rising
 */
export function coverageTable(points: readonly DensityReach[], areaM2: number): (readonly [number, number])[] {
  const table = points.map(({ perKm2, reach }) => [(perKm2 * areaM2) / 1e6, reach] as const)
  return table.filter(([sharers], i) => i === 0 || sharers > (table[i - 1]?.[0] ?? 0))
}
