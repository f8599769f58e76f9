import { type Codes, ConetError, type ErrorData } from '../errors/index.js'

/** Closed set of codes of the value model; VAL-2 of docs/spec/valuation.md. */
export const VALUATION_CODES = {
  /** The text is no RFC 4180 table (`data.row`, `data.column`, `data.why`). */
  CSV_MALFORMED: 'reject',
  /** The first row does not name the columns of a panel (`data.column`, `data.why`). */
  PANEL_HEADER: 'reject',
  /** The panel has no rows below its header. */
  PANEL_EMPTY: 'reject',
  /** More text or rows than a panel may have (`data.limit`). */
  PANEL_TOO_LARGE: 'reject',
  /** A cell holds none of the words allowed there (`data.row`, `data.column`, `data.value`). */
  CELL_UNKNOWN: 'reject',
  /** The same expert answers the same question twice in one round (`data.row`, `data.firstRow`). */
  ROW_DUPLICATE: 'reject',
  /** An answer that the model asks for is not there (`data.row` or `data.expert` and `data.indicator`). */
  SCORE_MISSING: 'reject',
  /** An answer is no whole number of the scale (`data.row`, `data.column`, `data.value`, `data.min`, `data.max`). */
  SCORE_OFF_SCALE: 'reject',
  /** An answer for a network that this player does not compare (`data.row`, `data.column`). */
  SCORE_UNEXPECTED: 'reject',
  /** Nobody answered a question, so that nothing can stand in for it (`data.indicator`, `data.column`). */
  ITEM_EMPTY: 'reject',
  /** An input is not a finite number (`data.name`). */
  NOT_A_NUMBER: 'reject',
  /** An input lies outside its range (`data.name`, `data.value`, `data.min`, `data.max`). */
  OUT_OF_RANGE: 'reject',
  /** A list or matrix has the wrong size (`data.name`, `data.size`, `data.wanted`). */
  SHAPE: 'reject',
  /** A pairwise matrix contradicts itself: a(i,j) · a(j,i) is not 1 (`data.row`, `data.column`). */
  AHP_NOT_RECIPROCAL: 'reject',
  /** A case file lacks a field or holds a wrong one (`data.path`, `data.why`). */
  CASE_MALFORMED: 'reject',
  /** A coverage function answered with something that is no share (`data.sharers`, `data.value`). */
  COVERAGE_RANGE: 'reject',
} as const satisfies Codes

export type ValuationCode = keyof typeof VALUATION_CODES

/** An input that the value model refuses; the message names the place and what to do. */
export class ValuationError extends ConetError {
  override readonly name = 'ValuationError'
  declare readonly code: ValuationCode

  constructor(code: ValuationCode, message: string, data: ErrorData = {}) {
    super(code, message, { verdict: VALUATION_CODES[code], data })
  }
}

/** Why a figure does not exist for good input. */
export const UNDEFINED_REASONS = {
  ONE_EXPERT: 'one expert alone: there is nobody to agree or disagree with',
  ONE_ITEM: 'one item alone: there is nothing to rank',
  ONE_ROUND: 'one round only: nothing was confirmed yet',
  ZERO_VARIANCE: 'every value is the same: nothing tells the items apart',
  COST_ZERO: 'there is no cost to divide by',
  NO_COMPLETE_EXPERT: 'fewer than two experts answered every question',
} as const

export type UndefinedReason = keyof typeof UNDEFINED_REASONS

/** A figure, or the reason why there is none. Never a number that stands in silently. */
export type Measured<T> =
  | ({ readonly defined: true } & T)
  | { readonly defined: false; readonly reason: UndefinedReason; readonly text: string }

/** Wraps a figure that exists. */
export function defined<T extends object>(value: T): Measured<T> {
  return { defined: true, ...value }
}

/** Says that a figure does not exist, and why. */
export function undefinedBecause(reason: UndefinedReason): {
  readonly defined: false
  readonly reason: UndefinedReason
  readonly text: string
} {
  return { defined: false, reason, text: UNDEFINED_REASONS[reason] }
}

/** How results are rounded; every result carries one of these (VAL-3). */
export const ROUNDING = {
  none: 'not rounded: IEEE 754 double precision',
  money: 'exact rational arithmetic, rounded once at the end to a millionth of the currency unit, half to even',
  sum: 'exact: sums of whole millionths of the currency unit',
  ratio: 'exact quotient of two sums, rounded once to a millionth, half to even',
  people: 'rounded down to whole people at the end of each period',
} as const

export type Rounding = (typeof ROUNDING)[keyof typeof ROUNDING]
