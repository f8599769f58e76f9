import { cellNumber, readTable, type TableErrors } from './csv.js'

/** One measurement of a device. */
export interface Measurement {
  /** As written: time is kept for the reader, nothing is computed from it. */
  readonly time: string
  readonly lat: number
  readonly lon: number
  readonly rsrpDbm: number
  readonly device: string
}

export interface Measurements {
  readonly list: readonly Measurement[]
  /** Rows left out because their RSRP is one of the values that devices write when they know none. */
  readonly sentinels: number
}

/** "Not measured": −200 of many logs, −999 and −1, and Android's CellInfo.UNAVAILABLE. */
const SENTINELS: readonly number[] = [-200, -999, -1, 2_147_483_647]
const ERRORS: TableErrors = { file: 'measurements', column: 'COLUMN_MISSING', row: 'ROW_MALFORMED' }
/** What SS-RSRP can be reported as (TS 38.133 table 10.1.6.1-1). */
const RSRP_DBM = { min: -156, max: -31 } as const

/**
 * Measurements from a CSV with the columns `time, lat, lon, rsrp, device` in any order; others are allowed.
 *
 * @throws {SimError} `COLUMN_MISSING`, `ROW_MALFORMED` with `data.row` and `data.column`
 * @see docs/spec/sim.md SIM-12
 */
export function measurementsFromCsv(text: string): Measurements {
  const rows = readTable(text, ['time', 'lat', 'lon', 'rsrp', 'device'], ERRORS)
  let sentinels = 0
  const list = rows.flatMap((row, i) => {
    const lat = cellNumber(row, i, 'lat', -90, 90, ERRORS)
    const lon = cellNumber(row, i, 'lon', -180, 180, ERRORS)
    if (row.rsrp === '' || SENTINELS.includes(Number(row.rsrp))) {
      sentinels++
      return []
    }
    const rsrpDbm = cellNumber(row, i, 'rsrp', RSRP_DBM.min, RSRP_DBM.max, ERRORS)
    return [{ time: row.time ?? '', lat, lon, rsrpDbm, device: row.device ?? '' }]
  })
  return { list, sentinels }
}
