import { ConetError } from '@conet/core/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Change, MemoryStore } from '../../storage/index.js'
import { Records, record } from '../records/index.js'
import { FakeClock, settled } from '../testing/fake-clock.js'
import { DEFAULT_SETTLE_POLICY, isDue, type SettlePolicy } from './policy.js'
import { type Settlement, Settler, type Submit } from './settler.js'

/** A ledger that pays the difference and can be unreachable. Vouchers here are `sid:owed`. */
class Ledger {
  readonly paid = new Map<string, bigint>()
  down = false
  refuse: string | undefined
  submissions = 0

  readonly submit: Submit = async text => {
    this.submissions++
    // A settler without end fails here, in place of holding the test up.
    if (this.down || this.submissions > 1_000) throw new ConetError('ENGINE_UNREACHABLE', 'down', { verdict: 'retry' })
    const [sid = '', owed = '0'] = text.split(':')
    const result = (code: string) => ({ hash: `h${text}`, code, data: {}, events: [] })
    if (this.refuse !== undefined) return result(this.refuse)
    if (BigInt(owed) <= (this.paid.get(sid) ?? 0n)) return result('NOTHING_NEW')
    this.paid.set(sid, BigInt(owed))
    return result('OK')
  }
}

const opened = (sid: string) => ({ sid, at: 7 })

function setUp(policy: Partial<SettlePolicy> = {}, store = new MemoryStore(), ledger = new Ledger()) {
  const clock = new FakeClock()
  const outcomes: Settlement[] = []
  const settler = new Settler({
    submit: text => ledger.submit(text),
    read: text => ({ client: 'did:c', owed: BigInt(text.split(':')[1] ?? '0') }),
    clock,
    store,
    policy: { ...DEFAULT_SETTLE_POLICY, aboveAmount: 100n, ...policy },
    onOutcome: outcome => outcomes.push(outcome),
  })
  const pay = async (sid: string, owed: bigint, escrowUntil?: number) => {
    await store.put(record.voucher(opened(sid), `${sid}:${owed}`) satisfies Change[])
    settler.promised(opened(sid), 'did:c', owed, escrowUntil)
    await settled()
  }
  return { clock, outcomes, settler, pay, store, ledger, records: new Records(store) }
}

describe('when to settle', () => {
  const standing = { promised: 10n, settled: 0n, since: 0, closed: false, escrowUntil: undefined }
  const policy = { ...DEFAULT_SETTLE_POLICY, aboveAmount: 100n, afterMs: 1000, escrowMarginMs: 50 }
  it.each([
    [{}, 999, false],
    [{}, 1000, true],
    [{ promised: 100n }, 0, true],
    [{ promised: 100n, settled: 1n }, 0, false],
    [{ closed: true }, 0, true],
    [{ closed: true, settled: 10n }, 0, false],
    [{ escrowUntil: 200 }, 149, false],
    [{ escrowUntil: 200 }, 150, true],
  ])('weighs value, age, close and expiry (%#)', (over, now, due) =>
    expect(isDue({ ...standing, ...over }, policy, now)).toBe(due),
  )

  it('settles each round when the owner wants it', () =>
    expect(isDue(standing, { ...policy, everyRound: true }, 0)).toBe(true))
})

describe('settler', () => {
  it('settles by value, by age, before the escrow expires, and at the close', async () => {
    const { clock, settler, pay, ledger, outcomes } = setUp()
    settler.start()
    await pay('a', 99n)
    expect(ledger.paid.size).toBe(0)
    await pay('a', 100n)
    expect(ledger.paid.get('a')).toBe(100n)
    await pay('b', 5n)
    await clock.advance(65_000)
    expect(ledger.paid.get('b')).toBe(5n)
    await pay('c', 5n, clock.now() + 310_000)
    await clock.advance(20_000)
    expect(ledger.paid.get('c')).toBe(5n)
    await pay('d', 7n)
    settler.closed('d')
    await settled()
    expect(outcomes.at(-1)).toMatchObject({ type: 'settled', sid: 'd', amount: 7n, closed: true })
    expect(settler.unsettled).toBe(0n)
    await settler.stop(0)
  })

  it('goes on trying while the ledger is away, and settles when it is back', async () => {
    const { clock, settler, pay, ledger, outcomes, records } = setUp({ maxUnsettled: 500n })
    settler.start()
    ledger.down = true
    for (let i = 0; i < 6; i++) await pay(`s${i}`, 100n)
    await clock.advance(120_000)
    expect(settler.unsettled).toBe(600n)
    expect(settler.unsettledOf('did:c')).toBe(600n)
    expect(settler.overLimit).toBe(true)
    expect(outcomes.every(outcome => outcome.type === 'unsettled' && !outcome.final)).toBe(true)
    // Back-off: 120 s hold far fewer attempts than one every 250 ms.
    expect(ledger.submissions).toBeLessThan(100)
    ledger.down = false
    await clock.advance(31_000)
    expect(settler.unsettled).toBe(0n)
    expect([...ledger.paid.values()]).toEqual(Array.from({ length: 6 }, () => 100n))
    expect(records.settled('s0')).toBe(100n)
    await settler.stop(0)
  })

  it('settles at once when told to hurry', async () => {
    const { settler, pay, ledger } = setUp()
    settler.start()
    await pay('a', 1n)
    settler.hurry('a')
    settler.hurry('unknown')
    await settled()
    expect(ledger.paid.get('a')).toBe(1n)
    expect(settler.unsettledOf('did:c')).toBe(0n)
    await settler.stop(0)
  })

  it('settles after a crash what an earlier run left, and only once', async () => {
    const store = new MemoryStore()
    const ledger = new Ledger()
    const before = setUp({}, store, ledger)
    before.settler.start()
    await before.pay('a', 40n)
    await before.pay('b', 120n)
    await before.pay('b', 130n)
    const after = setUp({}, store, ledger)
    after.settler.start()
    await settled()
    expect([ledger.paid.get('a'), ledger.paid.get('b')]).toEqual([40n, 130n])
    expect([...after.records.vouchers()]).toEqual([])
    const again = setUp({}, store, ledger)
    again.settler.start()
    await settled()
    expect(again.outcomes).toEqual([])
  })

  it.each([false, true])('does not bring again at once what brings nothing; closed: %s', async closed => {
    const { clock, settler, pay, ledger, records, store } = setUp()
    settler.start()
    await pay('a', 100n)
    // More is promised than the disk holds.
    settler.promised(opened('a'), 'did:c', 250n)
    if (closed) settler.closed('a')
    await settled()
    expect(ledger.submissions).toBe(2)
    await clock.advance(20_000)
    expect(ledger.submissions).toBe(closed ? 2 : 6)
    expect(settler.unsettledOf('did:c')).toBe(closed ? 0n : 150n)
    expect(settler.waiting).toBe(closed ? 0 : 1)
    expect(records.voucher('a') === undefined).toBe(closed)
    await store.put(record.voucher(opened('a'), 'a:250'))
    await clock.advance(5_000)
    expect(ledger.paid.get('a')).toBe(closed ? 100n : 250n)
    await settler.stop(0)
  })

  it('brings a newer voucher that came to the disk meanwhile', async () => {
    const { settler, pay, ledger, outcomes, store } = setUp()
    settler.start()
    await pay('a', 100n)
    const { submit } = ledger
    const late: Submit = async text => {
      const result = await submit(text)
      await store.put(record.voucher(opened('a'), 'a:250'))
      return result
    }
    Object.assign(ledger, { submit: late })
    settler.promised(opened('a'), 'did:c', 250n)
    settler.closed('a')
    await settled()
    expect(outcomes.at(-1)).toMatchObject({ type: 'settled', owed: 250n, amount: 150n, closed: true })
    expect(settler.unsettled).toBe(0n)
    await settler.stop(0)
  })

  it('is right about what is open when the disk is ahead of the promise', async () => {
    const { settler, pay, ledger, store } = setUp()
    settler.start()
    await pay('b', 50n)
    await store.put(record.voucher(opened('a'), 'a:120'))
    settler.promised(opened('a'), 'did:c', 110n)
    await settled()
    expect(ledger.paid.get('a')).toBe(120n)
    expect([settler.unsettled, settler.unsettledOf('did:c')]).toEqual([50n, 50n])
    settler.promised(opened('a'), 'did:c', 120n)
    expect([settler.unsettled, settler.unsettledOf('did:c')]).toEqual([50n, 50n])
    await settler.stop(0)
  })

  it('keeps a settled voucher while an unchecked one can only be read beside it', async () => {
    const { settler, pay, records, store } = setUp()
    settler.start()
    await pay('a', 100n)
    await pay('b', 100n)
    await store.put([record.unchecked(opened('a'), 'a:150')])
    settler.closed('a')
    settler.closed('b')
    await settled()
    expect([...records.vouchers()]).toEqual([['a', 'a:100']])
    expect(records.settled('a')).toBe(100n)
    expect(settler.waiting).toBe(0)
    await settler.stop(0)
  })

  it('takes a voucher that somebody else brought for settled', async () => {
    const { settler, pay, ledger, outcomes } = setUp()
    settler.start()
    ledger.paid.set('a', 150n)
    await pay('a', 150n)
    expect(outcomes).toMatchObject([{ type: 'settled', owed: 150n }])
    expect(settler.unsettled).toBe(0n)
    await settler.stop(0)
  })

  it('keeps as evidence what the ledger refuses for good', async () => {
    const { settler, pay, ledger, outcomes, records } = setUp()
    settler.start()
    ledger.refuse = 'SESSION_EXPIRED'
    await pay('a', 150n)
    expect(outcomes).toMatchObject([{ type: 'unsettled', code: 'SESSION_EXPIRED', final: true }])
    expect(records.evidence('a')).toMatchObject({ why: 'SESSION_EXPIRED', envelopes: ['a:150'] })
    expect(settler.unsettled).toBe(0n)
    await settler.stop(0)
  })

  it.each(['RATE_LIMITED', 'INTERNAL'])('keeps a voucher that never reached the ledger: %s', async code => {
    const { clock, settler, pay, ledger, outcomes, records } = setUp()
    settler.start()
    ledger.refuse = code
    await pay('a', 150n)
    expect(outcomes).toMatchObject([{ type: 'unsettled', code, final: false }])
    expect(records.voucher('a')).toBeDefined()
    ledger.refuse = undefined
    await clock.advance(1_000)
    expect(ledger.paid.get('a')).toBe(150n)
    await settler.stop(0)
  })

  it('ends with the ledger having paid exactly the highest vouchers, whatever fails on the way', async () => {
    const step = fc.oneof(
      fc.record({ pay: fc.constantFrom('a', 'b', 'c'), by: fc.bigInt(1n, 150n) }),
      fc.record({ down: fc.boolean() }),
      fc.record({ wait: fc.integer({ min: 1, max: 40_000 }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async steps => {
        const { clock, settler, pay, ledger, outcomes } = setUp()
        settler.start()
        const owed = new Map<string, bigint>()
        for (const one of steps) {
          if ('down' in one) ledger.down = one.down
          else if ('wait' in one) await clock.advance(one.wait)
          else {
            const sum = (owed.get(one.pay) ?? 0n) + one.by
            owed.set(one.pay, sum)
            await pay(one.pay, sum)
          }
        }
        ledger.down = false
        for (const sid of owed.keys()) settler.closed(sid)
        await clock.advance(35_000)
        expect(new Map([...ledger.paid].sort())).toEqual(new Map([...owed].sort()))
        const moved = outcomes.reduce((sum, outcome) => sum + (outcome.type === 'settled' ? outcome.amount : 0n), 0n)
        expect(moved).toBe([...owed.values()].reduce((sum, one) => sum + one, 0n))
        expect(settler.unsettled).toBe(0n)
        await settler.stop(0)
      }),
      { numRuns: 25 },
    )
  })
})
