import { type Codes, ConetError, type ErrorData } from '@conet/core/errors'

/** Closed set of codes of the simulator; SIM-2 of docs/spec/sim.md. */
export const SIM_CODES = {
  /** A scenario or input file has no such form (`data.path` names the place). */
  SCENARIO_MALFORMED: 'reject',
  /** A number lies outside its range (`data.path`, `data.value`, `data.min`, `data.max`). */
  OUT_OF_RANGE: 'reject',
  /** A carrier that the chosen model does not cover (`data.path`, `data.value`, `data.min`, `data.max`). */
  FREQUENCY_OUT_OF_RANGE: 'reject',
  /** A site, place or track point lies outside the area (`data.path`). */
  OUTSIDE_AREA: 'reject',
  /** A name that nothing has: a scenario, a track (`data.name`). */
  NAME_UNKNOWN: 'reject',
  /** GeoJSON that is none (`data.path`). */
  GEOJSON_MALFORMED: 'reject',
  /** A GTFS feed without a needed file or with a wrong row (`data.file`, `data.row`). */
  GTFS_MALFORMED: 'reject',
  /** A GPX track that is none, or without times (`data.path`). */
  GPX_MALFORMED: 'reject',
  /** A table without a needed column (`data.column`). */
  COLUMN_MISSING: 'reject',
  /** A row that cannot be read (`data.row`, `data.column`). */
  ROW_MALFORMED: 'reject',
  /** A file that is too large to be read at once (`data.bytes`, `data.limit`). */
  FILE_TOO_LARGE: 'reject',
  /** A file that cannot be read or written (`data.path`). */
  FILE_UNREADABLE: 'reject',
  /** Results of another scenario lie in the folder (`data.path`). */
  RESUME_MISMATCH: 'reject',
  /** The run was stopped; what is finished is kept. */
  INTERRUPTED: 'retry',
  /** A worker failed. */
  WORKER_FAILED: 'reject',
} as const satisfies Codes

export type SimCode = keyof typeof SIM_CODES

/** What the simulator refuses: the message names the place, the value and what is allowed. */
export class SimError extends ConetError {
  override readonly name = 'SimError'
  declare readonly code: SimCode

  constructor(code: SimCode, message: string, data: ErrorData = {}, cause?: unknown) {
    super(code, message, { verdict: SIM_CODES[code], data, cause })
  }
}
