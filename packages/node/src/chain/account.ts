import { type RelayLimits, unpaidCarriage } from '@conet/core/carry'
import type { VoucherPayload } from '@conet/core/rounds'
import type { Amount, Bytes, Did } from '@conet/core/units'

const MOST_ACCOUNTS = 4_096

/** Sessions of one terminal that are remembered; what older ones paid for still counts. */
const MOST_SESSIONS = 1_024

interface Highest {
  readonly owed: Amount
  readonly bytes: Bytes
  /** The relay's. */
  readonly part: Amount
}

/** What one terminal had carried and what it paid for, over all its legs: a new leg forgives nothing. */
export class Account {
  carried: Bytes = 0n
  #paidFor: Bytes = 0n
  /** Highest voucher of each session, the one that grew last at the end. */
  readonly #highest = new Map<string, Highest>()

  /** Bytes that no voucher covers. */
  get unpaid(): Bytes {
    return unpaidCarriage(this.carried, this.#paidFor)
  }

  /**
   * Counts a voucher whose signature was checked.
   *
   * @param bps - the relay's part, 1..10,000
   * @returns what it adds for the relay, `undefined` for an old voucher. The part is taken of the whole promise and rounded
   *   down, so that many small steps bring what one large one does
   */
  credit({ sid, owed, bytes }: VoucherPayload, bps: number): Amount | undefined {
    const before = this.#highest.get(sid) ?? { owed: 0n, bytes: 0n, part: 0n }
    if (owed <= before.owed) return undefined
    const part = (owed * BigInt(bps)) / 10_000n
    this.#highest.delete(sid)
    this.#highest.set(sid, { owed, bytes, part })
    this.#paidFor += bytes - before.bytes
    const [oldest] = this.#highest.keys()
    if (this.#highest.size > MOST_SESSIONS && oldest !== undefined) this.#highest.delete(oldest)
    return part > before.part ? part - before.part : 0n
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
