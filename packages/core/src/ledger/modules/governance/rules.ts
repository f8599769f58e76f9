/** How one kind of proposal is decided. */
export interface Rule {
  /** What a vote weighs: the power of the member's validators, or one per member. */
  readonly by: 'power' | 'head'
  /** Passed when yes is more than `num/den` … */
  readonly num: number
  readonly den: number
  /** … of everybody, or of those who voted yes or no. */
  readonly of: 'all' | 'cast'
  /** Fraction of everybody that must have voted, abstentions included. */
  readonly quorumNum: number
  readonly quorumDen: number
  /** Longest time that votes are taken. */
  readonly periodMs: number
}

const FORM =
  /^(power|head) ([0-9]{1,4})\/([0-9]{1,4}) of (all|cast) quorum ([0-9]{1,4})\/([0-9]{1,4}) within ([0-9]{4,11})$/

const SECOND_MS = 1000
const YEAR_MS = 365 * 24 * 3_600_000

/**
 * Reads the text of a rule, such as `power 2/3 of all quorum 0/1 within 604800000` (GOV-10).
 *
 * @returns `undefined` unless 0 ≤ num < den, 0 ≤ quorum ≤ 1 and the period is 1 s to 365 days
 */
export function parseRule(text: string): Rule | undefined {
  const [, by, num, den, of, quorumNum, quorumDen, period] = FORM.exec(text) ?? []
  if (by === undefined) return undefined
  const rule = {
    by: by as Rule['by'],
    num: Number(num),
    den: Number(den),
    of: of as Rule['of'],
    quorumNum: Number(quorumNum),
    quorumDen: Number(quorumDen),
    periodMs: Number(period),
  }
  const fractions = rule.num < rule.den && rule.quorumDen > 0 && rule.quorumNum <= rule.quorumDen
  const period_ = rule.periodMs >= SECOND_MS && rule.periodMs <= YEAR_MS
  return fractions && period_ ? rule : undefined
}

/** At least half must be passed: two camps can never both carry a decision on the same thing. */
export function atLeastHalf({ num, den }: Rule): boolean {
  return 2 * num >= den
}

/** Votes so far, weighed. `all` is the weight of everybody who may vote. */
export interface Tally {
  readonly yes: bigint
  readonly no: bigint
  readonly abstain: bigint
  readonly all: bigint
}

/**
 * What the votes come to (GOV-23).
 *
 * @param ended - no further vote can come
 * @returns `undefined` while votes that can still come may change it
 */
export function outcomeOf(rule: Rule, tally: Tally, ended: boolean): 'passed' | 'rejected' | undefined {
  const { yes, no, abstain, all } = tally
  const left = ended ? 0n : all - yes - no - abstain
  const voted = yes + no + abstain
  // Passed whatever comes: everybody left says no. Rejected whatever comes: everybody left says yes.
  if (carries(rule, yes, no + left, all) && quorate(rule, voted, all)) return 'passed'
  if (!carries(rule, yes + left, no, all) || !quorate(rule, voted + left, all)) return 'rejected'
  return undefined
}

function carries({ num, den, of }: Rule, yes: bigint, no: bigint, all: bigint): boolean {
  const base = of === 'all' ? all : yes + no
  return yes * BigInt(den) > BigInt(num) * base
}

function quorate({ quorumNum, quorumDen }: Rule, voted: bigint, all: bigint): boolean {
  return voted * BigInt(quorumDen) >= BigInt(quorumNum) * all
}
