import { type Codes, ConetError, type ErrorData } from '../errors/index.js'

/** Closed set of codes of the P-RAN rooms; PRAN-1 of docs/spec/pran.md. */
export const PRAN_CODES = {
  /** An input is not a finite number (`data.name`). */
  NOT_A_NUMBER: 'reject',
  /** An input lies outside the model's range (`data.name`, `data.value`, `data.min`, `data.max`). */
  OUT_OF_RANGE: 'reject',
  /** A count, amount or index that must be whole is not (`data.name`, `data.value`). */
  NOT_WHOLE: 'reject',
  /** A reference names something that does not exist (`data.name`, `data.value`). */
  UNKNOWN_REFERENCE: 'reject',
  /** The same identifier or offer stands there twice (`data.name`, `data.value`). */
  DUPLICATE: 'reject',
  /** Faking traffic would pay more than it costs under this reward policy (`data.gain`, `data.debit`). */
  SELF_SERVING_PAYS: 'reject',
} as const satisfies Codes

export type PranCode = keyof typeof PRAN_CODES

/** An input that a P-RAN function refuses: the message names the input, its value and the range. */
export class PranError extends ConetError {
  override readonly name = 'PranError'
  declare readonly code: PranCode

  constructor(code: PranCode, message: string, data: ErrorData) {
    super(code, message, { data })
  }
}
