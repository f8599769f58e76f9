import { ConetError } from '@conet/core/errors'
import type { Counted, Neighbour, Opened, OpenItem, RenewItem } from '../protocol.js'
import { MOST_SESSIONS } from '../ruleset.js'
import { admission, again, type Known, leaseOf, leftovers, standing, withdrawal } from './changes.js'
import type { Conntrack } from './conntrack.js'
import type { Change, Counts, Kernel } from './kernel.js'
import { cappedLease } from './requests.js'

/** Renewals of this many sessions at once still read fresh counts first. */
const FRESH_UP_TO = 64
/** A session whose node is gone is forgotten this long after its lease. */
const FORGOTTEN_AFTER_MS = 5_000
/** A session that came, and the one of the same device that it replaces. */
interface Entered {
  readonly session: Known
  readonly before: Known | undefined
}

/** The sessions in the kernel, by number and by address; one session per address. */
export class Sessions {
  readonly #known = new Map<number, Known>()
  readonly #byAddress = new Map<string, Known>()
  #last: number

  constructor(
    private readonly kernel: Kernel,
    private readonly lan: readonly string[],
    private readonly ports: {
      now(): number
      conntrack(): Conntrack | undefined
      random(): number
      log(line: string): void
    },
  ) {
    this.#last = Math.floor(ports.random() * 0x00ff_ffff)
  }

  get size(): number {
    return this.#known.size
  }

  /**
   * Lets clients through. One that cannot be found on the link is refused alone; the others go on. If the kernel refuses, everything
   * is as it was before, also the earlier sessions of these devices.
   */
  async open(items: readonly OpenItem[]): Promise<Opened[]> {
    const conntrack = this.ports.conntrack()
    if (conntrack !== undefined && conntrack.count >= conntrack.max) throw conntrackFull(conntrack)
    const macs = await this.kernel.neighbours(this.lan, [...new Set(items.map(({ ip }) => ip))])
    const results: Opened[] = []
    const entered: Entered[] = []
    try {
      // One transaction names an address once.
      for (const part of byDifferent(items, ({ ip }) => ip)) {
        const groups = part.map(item => this.#admit(item, macs.get(item.ip), results, entered))
        await this.kernel.change(groups.filter(group => group.length > 0))
      }
    } catch (error) {
      await this.#takeBack(entered).catch(why =>
        this.ports.log(`an opening that was refused could not be taken back: ${String(why)}`),
      )
      throw error
    }
    return results
  }

  /** Notes one client; tells what must change for it. */
  #admit(item: OpenItem, mac: string | undefined, results: Opened[], entered: Entered[]): Change[] {
    const refusal = mac === undefined ? notOnLink(item.ip) : this.#full()
    if (mac === undefined || refusal !== undefined) {
      results.push({ error: refusal ?? notOnLink(item.ip) })
      return []
    }
    const before = this.#byAddress.get(item.ip)
    const session = this.#enter(item, mac)
    entered.push({ session, before })
    results.push({ n: session.n, mac })
    const out = before === undefined ? [] : [...withdrawal(before), ...leftovers(before)]
    return [...out, ...admission(session, item)]
  }

  /** Some of it may stand in the kernel all the same: only one transaction happens as a whole. */
  async #takeBack(entered: readonly Entered[]): Promise<void> {
    for (const { session, before } of entered.toReversed()) {
      this.#forget(session)
      if (before !== undefined) this.#remember(before)
    }
    const back = entered.flatMap(({ before }) => (before !== undefined && this.#known.has(before.n) ? [before] : []))
    await this.read(back.map(({ n }) => n))
    const now = this.ports.now()
    const groups = entered.map(({ session, before }) => {
      const out = [...withdrawal(session), ...leftovers(session)]
      return before !== undefined && this.#known.has(before.n) ? [...out, ...again(before, now)] : out
    })
    await this.kernel.change(groups).catch(error => {
      if (!isThereOtherwise(error)) throw error
      return this.#oneByOne(groups.toReversed())
    })
  }

  /**
   * Where taking out means putting in first (before Linux 6.3, and by `nft`), the earlier session's element stands in the way of what
   * never happened: that group is refused alone, as a whole, and nothing of it is left to be taken back.
   */
  async #oneByOne(groups: readonly (readonly Change[])[]): Promise<void> {
    for (const group of groups) {
      await this.kernel.change([group]).catch(error => {
        if (!isThereOtherwise(error)) throw error
      })
    }
  }

  /** Moves ends and quotas. Numbers that are not known are named in the answer: their sessions are gone. */
  async renew(items: readonly RenewItem[]): Promise<{ gone: number[] }> {
    // What was asked last counts: one transaction names a session once.
    const last = new Map(items.map(item => [item.n, item]))
    const asked = [...last.values()].filter(({ n }) => this.#known.has(n))
    const fresh =
      asked.length <= FRESH_UP_TO ? await this.kernel.counts(asked.map(({ n }) => n)) : new Map<number, Counts>()
    const leases = asked.map(item => leaseOf(item, fresh.get(item.n)))
    const now = this.ports.now()
    await this.kernel.lease(leases)
    for (const { number, forMs, quota, used } of leases) {
      const known = this.#known.get(number)
      if (known !== undefined) [known.endsAt, known.quota, known.used] = [now + forMs, quota, used]
    }
    return { gone: [...last.keys()].filter(n => !this.#known.has(n)) }
  }

  /** Cuts at once, then reads the last counts, then forgets. */
  async close(numbers: readonly number[]): Promise<Counted[]> {
    const sessions = this.#of(numbers)
    await this.kernel.change(sessions.map(withdrawal))
    const counts = await this.read(numbers)
    await this.kernel.change(sessions.map(leftovers))
    for (const session of sessions) this.#forget(session)
    return counts
  }

  async read(numbers: readonly number[], leases = false): Promise<Counted[]> {
    const sessions = this.#of(numbers)
    const counts = await this.kernel.counts(
      sessions.map(({ n }) => n),
      leases,
    )
    for (const session of sessions) {
      const found = counts.get(session.n)
      if (found !== undefined) session.used = BigInt(found.up + found.down)
    }
    return numbers.map(n => counts.get(n) ?? null)
  }

  async neighbour(ip: string): Promise<Neighbour> {
    return { mac: (await this.kernel.neighbours(this.lan, [ip])).get(ip) ?? null }
  }

  /**
   * After somebody else's change: puts everything but leases in again where it was taken out, and takes out what nobody here
   * put in (the node itself sees a lease that is gone).
   *
   * @returns how many strange elements there were
   */
  async assert(): Promise<number> {
    const known = [...this.#known.values()]
    const strange = await this.kernel.sweep(known)
    await this.kernel.change(known.map(standing))
    return strange
  }

  /** Puts everything into a table that was made anew: who has paid goes on, with the time and the bytes that are left. */
  async fill(): Promise<void> {
    const now = this.ports.now()
    const paid = [...this.#known.values()].filter(({ endsAt }) => endsAt > now)
    await this.kernel.change(paid.map(session => again(session, now)))
  }

  /** Takes out what a node that is gone left behind, once the paid time is over. */
  async tidy(): Promise<void> {
    const before = this.ports.now() - FORGOTTEN_AFTER_MS
    const over = [...this.#known.values()].filter(session => session.endsAt < before)
    if (over.length > 0) await this.close(over.map(({ n }) => n))
  }

  #of(numbers: readonly number[]): Known[] {
    return numbers.flatMap(n => this.#known.get(n) ?? [])
  }

  #full() {
    if (this.#known.size < MOST_SESSIONS) return undefined
    return { code: 'SESSIONS_FULL', message: `all ${MOST_SESSIONS} places are taken: try again when sessions ended` }
  }

  /** A device that comes again takes the place of its earlier session. */
  #enter(item: OpenItem, mac: string): Known {
    const before = this.#byAddress.get(item.ip)
    if (before !== undefined) this.#forget(before)
    const rate = item.rate === undefined ? undefined : BigInt(item.rate)
    const endsAt = this.ports.now() + cappedLease(item.forMs)
    const known: Known = { n: this.#nextNumber(), mac, ip: item.ip, rate, endsAt, quota: BigInt(item.quota), used: 0n }
    this.#remember(known)
    return known
  }

  #remember(session: Known): void {
    this.#known.set(session.n, session)
    this.#byAddress.set(session.ip, session)
  }

  #nextNumber(): number {
    do this.#last = (this.#last % 0x00ff_ffff) + 1
    while (this.#known.has(this.#last))
    return this.#last
  }

  #forget(session: Known): void {
    this.#known.delete(session.n)
    if (this.#byAddress.get(session.ip) === session) this.#byAddress.delete(session.ip)
  }
}

/** As netlink and as `nft` say it. */
function isThereOtherwise(error: unknown): boolean {
  return error instanceof ConetError && /EEXIST|File exists/.test(String(error.data?.why))
}

function notOnLink(ip: string) {
  return {
    code: 'CLIENT_NOT_ON_LINK',
    message: `no device on the guests' link answers for ${ip}: ask from the guests' network itself`,
    data: { ip },
  }
}

function conntrackFull({ count, max }: Conntrack): ConetError {
  return new ConetError(
    'CONNTRACK_FULL',
    `the kernel tracks ${count} of at most ${max} connections, so that no new flow would pass: raise net.netfilter.nf_conntrack_max`,
    { verdict: 'retry', data: { count, max } },
  )
}

/** Divides items, in order, into parts in which no two have the same key. */
function byDifferent<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const parts: T[][] = []
  let keys = new Set<string>()
  for (const item of items) {
    const key = keyOf(item)
    if (parts.length === 0 || keys.has(key)) {
      parts.push([])
      keys = new Set()
    }
    keys.add(key)
    parts.at(-1)?.push(item)
  }
  return parts
}
