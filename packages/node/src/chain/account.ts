import { type RelayLimits, unpaidCarriage } from '@conet/core/carry'
import type { VoucherPayload } from '@conet/core/rounds'
import type { Amount, Bytes, Did } from '@conet/core/units'

const MOST_ACCOUNTS = 4_096

interface Highest {
  readonly owed: Amount
  readonly bytes: Bytes
}

/** What one terminal had carried and what it paid for, over all its legs: a new leg forgives nothing. */
export class Account {
  carried: Bytes = 0n
  earned: Amount = 0n
  /** Highest voucher of each session. */
  readonly #highest = new Map<string, Highest>()

  /** Bytes that no voucher covers. */
  get unpaid(): Bytes {
    let paidFor = 0n
    for (const { bytes } of this.#highest.values()) paidFor += bytes
    return unpaidCarriage(this.carried, paidFor)
  }

  /**
   * Counts a voucher whose signature was checked.
   *
   * @param bps - the relay's part, 1..10,000
   * @returns what it adds for the relay, rounded down each time like on the ledger (LED-83); `0n` for an old voucher
   */
  credit({ sid, owed, bytes }: VoucherPayload, bps: number): Amount {
    const before = this.#highest.get(sid) ?? { owed: 0n, bytes: 0n }
    if (owed <= before.owed) return 0n
    this.#highest.set(sid, { owed, bytes })
    const amount = ((owed - before.owed) * BigInt(bps)) / 10_000n
    this.earned += amount
    return amount
  }
}

/** Accounts of the terminals seen last; one that owes is kept before one that does not. */
export class Accounts {
  readonly #limits: Pick<RelayLimits, 'unpaidBytes'>
  readonly #byTerminal = new Map<Did, Account>()

  constructor(limits: Pick<RelayLimits, 'unpaidBytes'>) {
    this.#limits = limits
  }

  of(terminal: Did): Account {
    const known = this.#byTerminal.get(terminal)
    if (known !== undefined) return known
    if (this.#byTerminal.size >= MOST_ACCOUNTS) this.#forgetOne()
    const account = new Account()
    this.#byTerminal.set(terminal, account)
    return account
  }

  /** Whether the terminal used up what is carried on trust. */
  owes(terminal: Did): boolean {
    return (this.#byTerminal.get(terminal)?.unpaid ?? 0n) > this.#limits.unpaidBytes
  }

  #forgetOne(): void {
    const harmless = [...this.#byTerminal].find(([, account]) => account.unpaid <= this.#limits.unpaidBytes)
    const victim = harmless?.[0] ?? this.#byTerminal.keys().next().value
    if (victim !== undefined) this.#byTerminal.delete(victim)
  }
}
