import { describe, expect, it } from 'vitest'
import { ASSET, genesisOf, START_MS, TestLedger, tx, voucher, who } from './testing/index.js'

const MINUTE = 60_000
const id = (n: number) => String(n).padStart(32, '0')

/** Escrows that end in the given order of minutes. */
function withEscrows(minutes: readonly number[], duePerBlock = 1000) {
  const params = { machine: { duePerBlock }, sessions: { graceMs: MINUTE } }
  const ledger = new TestLedger(genesisOf({ client: 1000n }, params))
  const open = (minute: number, n: number) =>
    tx(who.client, 'sessions/open', {
      escrow: id(n),
      provider: who.provider.did,
      asset: ASSET,
      amount: '10',
      expiresMs: START_MS + minute * MINUTE,
    })
  const { results } = ledger.block(minutes.map(open))
  expect(results.every(result => result.code === 'OK')).toBe(true)
  return ledger
}

const released = (ledger: TestLedger, afterMs: number) =>
  ledger.block([], afterMs).scheduled.map(event => Number(event.escrow))

describe('due-queue', () => {
  it('runs by time, then by id, whatever the order of scheduling', () => {
    const ledger = withEscrows([3, 1, 2, 1])
    expect(released(ledger, 10 * MINUTE)).toEqual([1, 3, 2, 0])
    expect(released(ledger, 10 * MINUTE)).toEqual([])
  })

  it('runs at the moment itself, not before', () => {
    const ledger = withEscrows([5])
    expect(released(ledger, 6 * MINUTE - 1001)).toEqual([])
    expect(released(ledger, 1)).toEqual([0])
  })

  it('is bounded per block and carries the remainder over, also over a restart', () => {
    const ledger = withEscrows([1, 1, 1, 1, 1], 2)
    expect(released(ledger, 10 * MINUTE)).toEqual([0, 1])
    const again = new TestLedger(genesisOf({}), ledger.storage)
    expect(released(again, 0)).toEqual([2, 3])
    expect(released(again, 0)).toEqual([4])
    expect(again.account('client')).toMatchObject({ balance: '1000', held: '0' })
  })

  it('opens no escrow past its end while it is behind (LED-80)', () => {
    const ledger = withEscrows([1, 1], 1)
    ledger.do('client', 'accounts/transfer', { asset: ASSET, to: who.other.did, amount: '980' })
    ledger.timeMs += 10 * MINUTE
    const { results, scheduled } = ledger.block([voucher({ owed: '15', escrow: id(1) })], 0)
    expect(scheduled.map(event => Number(event.escrow))).toEqual([0])
    expect(results[0]?.events[0]).toMatchObject({ paid: '10', short: '5' })
    expect(ledger.account('client')).toMatchObject({ held: '10', debt: '5' })
    ledger.block([], 0)
    expect(ledger.account('client')).toMatchObject({ balance: '5', held: '0', debt: '0' })
  })
})
