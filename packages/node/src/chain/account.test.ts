import type { VoucherPayload } from '@conet/core/rounds'
import { describe, expect, it } from 'vitest'
import { Account, Accounts } from './account.js'

const voucher = (sid: string, owed: bigint, bytes: bigint) => ({ sid, owed, bytes }) as VoucherPayload

describe("a terminal's account", () => {
  it('earns by many small vouchers what one large one brings', () => {
    const account = new Account()
    let earned = 0n
    for (let owed = 1n; owed <= 1_000n; owed++) earned += account.credit(voucher('one', owed, owed), 550) ?? 0n
    expect(earned).toBe((1_000n * 550n) / 10_000n)
  })

  it('counts a voucher once, and an older one not at all', () => {
    const account = new Account()
    expect(account.credit(voucher('one', 1_000n, 500n), 1_000)).toBe(100n)
    expect(account.credit(voucher('one', 1_000n, 900n), 1_000)).toBeUndefined()
    expect(account.credit(voucher('one', 900n, 900n), 1_000)).toBeUndefined()
    account.carried = 1_000n
    expect(account.unpaid).toBe(450n)
  })

  it('says of a voucher that is too small for a part that it is new: it may be settled with the next ones', () => {
    expect(new Account().credit(voucher('one', 3n, 10n), 1_000)).toBe(0n)
  })

  it('stays small however many sessions are named, and forgets no payment', () => {
    const account = new Account()
    for (let at = 0; at < 5_000; at++) account.credit(voucher(`s${at}`, 1n, 10n), 1_000)
    account.carried = 55_000n
    expect(account.unpaid).toBe(0n)
    account.carried += 1n
    expect(account.unpaid).toBe(1n)
  })

  it('is kept for one who owes before others', () => {
    const accounts = new Accounts({ unpaidBytes: 100n })
    accounts.of('debtor').carried = 1_000n
    for (let at = 0; at < 5_000; at++) accounts.of(`stranger ${at}`)
    expect(accounts.owes('debtor')).toBe(true)
  })
})
