/** What the receiver of a failure should do: refuse it, drop it silently, try again later, or hold it against the sender. */
export type Verdict = 'reject' | 'ignore' | 'retry' | 'punish'

/** A room's closed set of codes, each with its verdict. */
export type Codes = Readonly<Record<string, Verdict>>

/** Data that explains a failure; safe to show to the user and to write to a log. */
export type ErrorData = Readonly<Record<string, string | number | bigint | boolean | undefined>>

/** A failed check: nothing was changed. `code` is API, `data` is typed detail. */
export interface Rejection<C extends string = string> {
  readonly ok: false
  readonly code: C
  readonly data: ErrorData
}

/** A passed check with its value. */
export interface Accepted<T> {
  readonly ok: true
  readonly value: T
}

/** What pure functions return in place of throwing. */
export type Result<T, C extends string = string> = Accepted<T> | Rejection<C>

/** Wraps a value as accepted. */
export function ok<T>(value: T): Accepted<T> {
  return { ok: true, value }
}

/** Makes a rejection with a code of the calling room. */
export function reject<C extends string>(code: C, data: ErrorData = {}): Rejection<C> {
  return { ok: false, code, data }
}

/**
 * The error every room throws at its outer edge (API, CLI, files). Inside `core`, transitions return `Rejection`.
 *
 * `message` says what happened, why, and what to do; `code` is stable API.
 */
export class ConetError extends Error {
  override readonly name: string = 'ConetError'
  readonly code: string
  readonly verdict: Verdict
  readonly data: ErrorData

  constructor(code: string, message: string, options: { verdict?: Verdict; data?: ErrorData; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.verdict = options.verdict ?? 'reject'
    this.data = options.data ?? {}
  }
}

/** Thrown when the program's own promise is broken: never caught to carry on, always a defect. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
  readonly invariant: string

  constructor(invariant: string, detail: string) {
    super(`invariant ${invariant} is broken: ${detail}`)
    this.invariant = invariant
  }
}
