import { ConetError } from '@conet/core/errors'
import type { TxResult } from '@conet/core/ledger'
import type { AccountView, EscrowView, ProviderLedger } from '../ports.js'

interface Promise_ {
  readonly sid: string
  readonly client: string
  readonly owed: bigint
}

function read(voucher: string): Promise_ {
  const payload = JSON.parse(Buffer.from(voucher.split('.')[1] ?? '', 'base64url').toString('utf8'))
  return { sid: payload.sid, client: payload.client, owed: BigInt(payload.owed) }
}

/** A ledger in memory that pays the difference, makes debts and can be away. */
export class FakeLedger implements ProviderLedger {
  readonly balances = new Map<string, bigint>()
  readonly debts = new Map<string, bigint>()
  readonly escrows = new Map<string, EscrowView>()
  readonly settledOf = new Map<string, bigint>()
  down = false

  readonly submit = async (tx: string): Promise<TxResult> => {
    if (this.down) throw new ConetError('ENGINE_UNREACHABLE', 'away', { verdict: 'retry' })
    const { sid, client, owed } = read(tx)
    const before = this.settledOf.get(sid) ?? 0n
    const result = (code: string) => ({ hash: 'ab'.repeat(32), code, data: {}, events: [] })
    if (owed <= before) return result('NOTHING_NEW')
    const due = owed - before
    const balance = this.balances.get(client) ?? 0n
    const short = due > balance ? due - balance : 0n
    this.balances.set(client, balance - (due - short))
    this.debts.set(client, (this.debts.get(client) ?? 0n) + short)
    this.settledOf.set(sid, owed)
    return result('OK')
  }

  account(owner: string): AccountView {
    return { balance: this.balances.get(owner) ?? 0n, debt: this.debts.get(owner) ?? 0n }
  }

  escrow(client: string, id: string): EscrowView | undefined {
    return this.escrows.get(`${client}/${id}`)
  }
}
