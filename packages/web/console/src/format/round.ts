import type { RoundView, SessionView } from '../api/types.js'
import { formatClock, formatLeft } from './time.js'

/** What the bar of the current round shows; positions are shares of the period, 0..1. */
export interface RoundBarModel {
  readonly state: RoundView['state']
  /** Where the trial ends. */
  readonly trialShare: number
  /** Where now is; a cut round stays where it was cut. */
  readonly nowShare: number
  /** Where early statements (volume rounds) of this period began. */
  readonly early: readonly number[]
}

const share = (value: number) => Math.min(1, Math.max(0, value))

/**
 * The current round of a session. When the last round that the node told of is over and access goes on, the trial of the
 * next one has begun: the node only tells of it with the next statement.
 */
export function currentRound(session: SessionView, now: number): RoundView | undefined {
  const last = session.rounds.at(-1)
  if (last === undefined || last.state !== 'paid' || now < last.endsAt || session.accessUntil <= last.endsAt)
    return last
  const period = session.rounds.find(round => round.endsAt === last.endsAt) ?? last
  return {
    round: last.round + 1,
    kind: 'time',
    state: 'trial',
    startedAt: last.endsAt,
    trialUntil: session.accessUntil,
    endsAt: last.endsAt + (last.endsAt - period.startedAt),
    amount: '0',
    paidAt: null,
  }
}

/** Bar of the period in which the current round lies: rounds that end together belong to one period (D6: volume rounds). */
export function roundBar(session: SessionView, now: number): RoundBarModel | undefined {
  const last = currentRound(session, now)
  if (last === undefined) return undefined
  const period = session.rounds.filter(round => round.endsAt === last.endsAt)
  const first = period[0] ?? last
  const length = Math.max(1, last.endsAt - first.startedAt)
  const reached = last.state === 'cut' ? Math.min(now, last.trialUntil) : now
  return {
    state: last.state,
    trialShare: share((first.trialUntil - first.startedAt) / length),
    nowShare: share((reached - first.startedAt) / length),
    early: period
      .filter(round => round.kind === 'volume')
      .map(round => share((round.startedAt - first.startedAt) / length)),
  }
}

export const STATE_WORDS: Readonly<Record<RoundView['state'], string>> = {
  trial: 'Trial',
  due: 'Payment due',
  paid: 'Paid',
  cut: 'Cut',
}

/** One line that says what happens next; `now` by the node's clock. */
export function roundWords(round: RoundView, now: number): string {
  switch (round.state) {
    case 'trial':
      return `to be paid within ${formatLeft(round.trialUntil - now)}`
    case 'due':
      return `${formatLeft(round.trialUntil - now)} left to pay`
    case 'paid':
      return `until ${formatClock(round.endsAt)}, ${formatLeft(round.endsAt - now)} left`
    case 'cut':
      return 'not paid in time, access ended'
  }
}

/** The strip of past rounds in words, for screen readers and as its title. */
export function stripWords(rounds: readonly RoundView[]): string {
  const of = (test: (round: RoundView) => boolean) => rounds.filter(test).length
  const parts = [
    `${of(r => r.state === 'paid' && r.kind === 'time')} paid on time`,
    `${of(r => r.state === 'paid' && r.kind === 'volume')} paid early by volume`,
    `${of(r => r.state === 'cut')} cut`,
  ]
  return `Last ${rounds.length} rounds: ${parts.filter(text => !text.startsWith('0')).join(', ') || 'none paid yet'}`
}
