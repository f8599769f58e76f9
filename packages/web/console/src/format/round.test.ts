import { describe, expect, it } from 'vitest'
import { round, session } from '../api/samples.js'
import { currentRound, roundBar, roundWords, stripWords } from './round.js'

describe('the bar of the current round', () => {
  it('places the end of the trial and now', () => {
    expect(roundBar(session(), 6_000)).toEqual({ state: 'trial', trialShare: 0.2, nowShare: 0.5, early: [] })
  })

  it('stays within its ends whatever the clocks say', () => {
    expect(roundBar(session(), -5)?.nowShare).toBe(0)
    expect(roundBar(session(), 99_000)?.nowShare).toBe(1)
  })

  it('keeps the period when a round is paid early by volume, and marks it', () => {
    const early = round({ round: 2, kind: 'volume', state: 'paid', startedAt: 7_000, trialUntil: 7_000 })
    const bar = roundBar(session({ rounds: [round({ state: 'paid' }), early] }), 8_500)
    expect(bar).toEqual({ state: 'paid', trialShare: 0.2, nowShare: 0.75, early: [0.6] })
  })

  it('stops where the round was cut', () => {
    const cut = round({ state: 'cut' })
    expect(roundBar(session({ rounds: [cut] }), 9_000)?.nowShare).toBe(0.2)
  })

  it('has nothing to show before the first round', () => {
    expect(roundBar(session({ rounds: [] }), 0)).toBeUndefined()
  })
})

describe('the current round', () => {
  const paid = round({ state: 'paid', paidAt: 2_900 })

  it('is the trial of the next one as soon as the paid time is over and access goes on', () => {
    const live = session({ rounds: [paid], accessUntil: 13_000 })
    expect(currentRound(live, 10_999)).toEqual(paid)
    const next = { round: 2, state: 'trial', startedAt: 11_000, trialUntil: 13_000, endsAt: 21_000 }
    expect(currentRound(live, 11_000)).toMatchObject(next)
    expect(roundBar(live, 12_000)).toEqual({ state: 'trial', trialShare: 0.2, nowShare: 0.1, early: [] })
  })

  it('stays the last one when access ends with it, or when it was cut', () => {
    expect(currentRound(session({ rounds: [paid], accessUntil: 11_000 }), 12_000)).toEqual(paid)
    const cut = round({ state: 'cut' })
    expect(currentRound(session({ rounds: [cut], accessUntil: 13_000 }), 12_000)).toEqual(cut)
  })
})

describe('the words beside the bar', () => {
  it('say what happens next in each state', () => {
    expect(roundWords(round(), 1_500)).toBe('to be paid within 1.5 s')
    expect(roundWords(round({ state: 'due' }), 2_900)).toBe('0.1 s left to pay')
    expect(roundWords(round({ state: 'paid' }), 5_000)).toMatch(/^until \d\d:\d\d:\d\d, 6\.0 s left$/)
    expect(roundWords(round({ state: 'cut' }), 0)).toContain('access ended')
  })

  it('sum up the rounds before', () => {
    const rounds = [
      round({ state: 'paid' }),
      round({ round: 2, kind: 'volume', state: 'paid' }),
      round({ round: 3, state: 'cut' }),
    ]
    expect(stripWords(rounds)).toBe('Last 3 rounds: 1 paid on time, 1 paid early by volume, 1 cut')
    expect(stripWords([round()])).toBe('Last 1 rounds: none paid yet')
  })
})
