import type { IndicatorModel, NetworkId, PlayerId } from '../indicators/index.js'

/** Whole numbers from `min` to `max`; higher is better or more important. */
export interface Scale {
  readonly min: number
  readonly max: number
}

/** The paper says Likert scale; its number of points is not in the text we have. Five is our choice (VAL-5). */
export const LIKERT: Scale = { min: 1, max: 5 }

/** A column that holds answers: importance of the indicator, or how a network does in it. */
export type ItemColumn = 'importance' | NetworkId

/** One row: what one expert said about one indicator in one round. */
export interface Answer {
  /** Row of the text, counted from 1, header included. */
  readonly row: number
  readonly expert: string
  readonly round: number
  readonly player: PlayerId
  /** `primary/secondary`. */
  readonly indicator: string
  readonly scores: ReadonlyMap<ItemColumn, number>
}

/** An answer that is not there, left out because the caller allowed it. */
export interface Omission {
  readonly expert: string
  readonly round: number
  readonly player: PlayerId
  readonly indicator: string
  readonly column: ItemColumn
  /** Absent if the whole row is missing. */
  readonly row?: number
}

export interface Panel {
  readonly model: IndicatorModel
  readonly scale: Scale
  /** In order of first appearance. */
  readonly experts: readonly { readonly id: string; readonly field: string }[]
  /** Number of rounds: 1 interview, 2 and 3 confirmations. */
  readonly rounds: number
  /** Players with at least one row, in the order of the model. */
  readonly players: readonly PlayerId[]
  readonly answers: readonly Answer[]
  readonly omitted: readonly Omission[]
}

export interface PanelOptions {
  /** Default: the reference model. */
  readonly model?: IndicatorModel
  /** Default: 1 to 5. */
  readonly scale?: Scale
  /** What to do with an answer that is not there; `omit` lists every one in the result. Default: refuse. */
  readonly missing?: 'refuse' | 'omit'
}
