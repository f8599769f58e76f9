/** What a reader must know before using an evaluation (VAL-2): a closed set, one line each. */
export const NOTES = {
  INDICATORS_RECONSTRUCTED: 'the list of secondary indicators is reconstructed from prose, not a published one',
  ONE_EXPERT: 'one expert only: the scores are that expert’s, and there is no agreement to measure',
  ONE_ROUND: 'one round only: no answer was confirmed',
  NOT_CONVERGED: 'some answers had not settled in the last round',
  ANSWERS_OMITTED: 'some answers are missing and were left out',
  PLAYER_ABSENT: 'the panel asks nothing about this player',
  AHP_INCONSISTENT: 'the pairwise comparisons contradict each other: the consistency ratio is above 0.1',
  WEIGHTS_EQUAL_INSTEAD: 'entropy found no criterion that tells the networks apart: equal weights stand in',
  ZERO_VARIANCE: 'a figure is not defined, because every value is the same',
  NOTHING_TRIMMED: 'too few experts to cut anything: the trimmed mean is the mean',
  RANK_REVERSALS: 'another method orders some networks the other way round',
} as const

export type NoteCode = keyof typeof NOTES

export interface Note {
  readonly code: NoteCode
  readonly text: string
  /** Whom or what it is about: a player, a count, names. */
  readonly about?: string
}

/** Makes a note. */
export function note(code: NoteCode, about?: string): Note {
  return { code, text: NOTES[code], ...(about === undefined ? {} : { about }) }
}
