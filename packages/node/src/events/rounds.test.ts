import { describe, expect, it } from 'vitest'
import type { ProviderEvent } from '../provider/contract.js'
import { NO_ROUNDS, nextRounds } from './rounds.js'

const sid = 's'
const granted: ProviderEvent = { type: 'granted', sid, client: 'did:key:c', offer: 'o', at: 0, accessUntil: 2_000 }
const statement = (round: number, owed: bigint, at: number, due: number, paidUntil = due + 8_000): ProviderEvent => ({
  type: 'statement',
  sid,
  round,
  owed,
  bytes: 0n,
  due,
  paidUntil,
  at,
})
const voucher = (round: number, owed: bigint, at: number): ProviderEvent => ({
  type: 'voucher',
  sid,
  round,
  owed,
  amount: owed,
  at,
})
const extended = (round: number, until: number, at: number): ProviderEvent => ({
  type: 'extended',
  sid,
  round,
  until,
  quota: 0n,
  at,
})
const cut = (at: number): ProviderEvent => ({ type: 'cut', sid, reason: 'NOT_PAID', owed: 0n, promised: 0n, at })

const play = (...events: ProviderEvent[]) => events.reduce(nextRounds, NO_ROUNDS).list

describe('rounds on the board', () => {
  it('go from trial over due to paid, each with its own price', () => {
    expect(play(granted)).toMatchObject([{ round: 1, state: 'trial', amount: '0' }])
    const paid = [granted, statement(1, 5n, 1_500, 2_000), voucher(1, 5n, 1_600), extended(1, 10_000, 1_600)]
    expect(play(...paid)).toMatchObject([{ round: 1, state: 'paid', amount: '5', paidAt: 1_600, endsAt: 10_000 }])
    expect(play(...paid, statement(2, 12n, 11_900, 12_000))).toMatchObject([
      { state: 'paid' },
      { round: 2, state: 'due', amount: '7', startedAt: 10_000, endsAt: 20_000 },
    ])
  })

  it('keep the price of a statement that is sent again', () => {
    const again = play(granted, statement(1, 5n, 1_500, 2_000), statement(1, 5n, 1_700, 2_000))
    expect(again).toMatchObject([{ round: 1, state: 'due', amount: '5' }])
  })

  it('tell an early statement by volume', () => {
    const early = play(
      granted,
      statement(1, 5n, 1_500, 2_000),
      voucher(1, 5n, 1_600),
      extended(1, 10_000, 1_600),
      statement(2, 9n, 3_000, 12_000, 10_000),
    )
    expect(early.at(-1)).toMatchObject({ round: 2, kind: 'volume', startedAt: 3_000, endsAt: 10_000 })
  })

  it('end unpaid ones as cut and leave paid ones paid', () => {
    expect(play(granted, cut(2_000))).toMatchObject([{ state: 'cut', endsAt: 2_000 }])
    expect(play(granted, statement(1, 5n, 1_500, 2_000), voucher(1, 5n, 1_600), cut(3_000))).toMatchObject([
      { state: 'paid' },
    ])
  })

  it('shows the last twelve', () => {
    const events: ProviderEvent[] = [granted]
    for (let n = 1; n <= 20; n++)
      events.push(
        statement(n, BigInt(n), n * 1_000, n * 1_000 + 500),
        voucher(n, BigInt(n), n * 1_000 + 100),
        extended(n, n * 1_000 + 900, n * 1_000 + 100),
      )
    const list = play(...events)
    expect(list).toHaveLength(12)
    expect(list.at(-1)?.round).toBe(20)
  })
})
