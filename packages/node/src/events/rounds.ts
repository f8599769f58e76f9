import type { ProviderEvent } from '../provider/contract.js'
import type { RoundView } from './views.js'

/** Rounds shown per session. */
const SHOWN = 12

/** The rounds of one session so far, oldest first; plain values, replaced as events come. */
export interface Rounds {
  readonly list: readonly RoundView[]
  /** Cumulative amount of the newest statement: the next one's own price is the difference. */
  readonly owed: bigint
}

export const NO_ROUNDS: Rounds = { list: [], owed: 0n }

function withLast(rounds: Rounds, change: (last: RoundView) => RoundView, owed = rounds.owed): Rounds {
  const last = rounds.list.at(-1)
  return last === undefined ? rounds : { list: [...rounds.list.slice(0, -1), change(last)], owed }
}

function begin(rounds: Rounds, round: RoundView, owed = rounds.owed): Rounds {
  return { list: [...rounds.list, round].slice(-SHOWN), owed }
}

function stated(rounds: Rounds, event: Extract<ProviderEvent, { type: 'statement' }>): Rounds {
  const amount = (event.owed - rounds.owed).toString()
  const last = rounds.list.at(-1)
  const facts = { round: event.round, state: 'due' as const, trialUntil: event.due, endsAt: event.paidUntil, amount }
  // The grant opened round 1 already; a statement that was sent again changes nothing but its time.
  if (last !== undefined && (last.state === 'trial' || last.round === event.round)) {
    const kept = last.round === event.round && last.state !== 'trial' ? { ...facts, amount: last.amount } : facts
    return withLast(rounds, round => ({ ...round, ...kept }), event.owed)
  }
  // Stated within paid time: volume brought it about, and it ends with the period around it.
  const early = last !== undefined && event.paidUntil <= last.endsAt
  const startedAt = early ? event.at : (last?.endsAt ?? event.at)
  return begin(rounds, { ...facts, kind: early ? 'volume' : 'time', startedAt, paidAt: null }, event.owed)
}

/**
 * What an event of the provider does to the rounds shown for its session. Pure.
 *
 * @returns the same object if nothing changed
 */
export function nextRounds(rounds: Rounds, event: ProviderEvent): Rounds {
  switch (event.type) {
    case 'granted': {
      const { at: startedAt, accessUntil: trialUntil } = event
      const first = {
        round: 1,
        kind: 'time',
        state: 'trial',
        startedAt,
        trialUntil,
        endsAt: trialUntil,
        amount: '0',
        paidAt: null,
      } as const
      return begin(NO_ROUNDS, first, 0n)
    }
    case 'statement':
      return stated(rounds, event)
    case 'voucher':
      return withLast(rounds, round => ({ ...round, state: 'paid', paidAt: event.at }))
    case 'cut':
      return withLast(rounds, round => (round.state === 'paid' ? round : { ...round, state: 'cut', endsAt: event.at }))
    default:
      return rounds
  }
}
