import { ConetError } from '@conet/core/errors'
import {
  type Counted,
  LARGEST_PACKET,
  type Neighbour,
  type Opened,
  type OpenItem,
  type RenewItem,
} from '../protocol.js'
import { MOST_SESSIONS } from '../ruleset.js'
import type { Conntrack } from './conntrack.js'
import type { Change, Counts, Kernel } from './kernel.js'
import { cappedLease } from './requests.js'

/** A session as the helper knows it: enough to take it out again. */
interface Known {
  readonly n: number
  readonly mac: string
  readonly ip: string
  readonly rate: bigint | undefined
  /** When its lease ends, by the clock of this process; only for tidying up after a node that is gone. */
  endsAt: number
  /** What the node allowed and what was last read: for putting it in again. */
  quota: bigint
  used: bigint
}

/** Renewals of this many sessions at once still read fresh counts first. */
const FRESH_UP_TO = 64
/** A session whose node is gone is forgotten this long after its lease. */
const FORGOTTEN_AFTER_MS = 5_000
/** The kernel's quota is a signed number. */
const MOST_BYTES = 2n ** 62n

const bigger = (a: bigint, b: bigint) => (a > b ? a : b)
const smaller = (a: bigint, b: bigint) => (a < b ? a : b)

/** What the kernel may let pass until the quota is reached; nothing once it is. */
function remaining(quota: bigint, used: bigint): bigint {
  return used >= quota ? 0n : smaller(quota - used + LARGEST_PACKET, MOST_BYTES)
}

/** The sessions in the kernel, by number and by address; one session per address. */
export class Sessions {
  readonly #known = new Map<number, Known>()
  readonly #byAddress = new Map<string, Known>()
  #last: number

  constructor(
    private readonly kernel: Kernel,
    private readonly lan: readonly string[],
    private readonly ports: { now(): number; conntrack(): Conntrack | undefined; random(): number },
  ) {
    this.#last = Math.floor(ports.random() * 0x00ff_ffff)
  }

  get size(): number {
    return this.#known.size
  }

  /** Lets clients through. One that cannot be found on the link is refused alone; the others go on. */
  async open(items: readonly OpenItem[]): Promise<Opened[]> {
    const conntrack = this.ports.conntrack()
    if (conntrack !== undefined && conntrack.count >= conntrack.max) throw conntrackFull(conntrack)
    const results: Opened[] = []
    const groups: Change[][] = []
    const entered: Known[] = []
    const macs = await this.kernel.neighbours(this.lan, [...new Set(items.map(({ ip }) => ip))])
    for (const item of items) {
      const mac = macs.get(item.ip)
      const failed = mac === undefined ? notOnLink(item.ip) : this.#full()
      if (mac === undefined || failed !== undefined) {
        results.push({ error: failed ?? notOnLink(item.ip) })
        continue
      }
      const [known, before] = this.#enter(item, mac)
      entered.push(known)
      groups.push([...before, ...admission(known, item)])
      results.push({ n: known.n, mac })
    }
    await this.kernel.change(groups).catch(error => {
      for (const session of entered) this.#forget(session)
      throw error
    })
    return results
  }

  /** Moves ends and quotas. Numbers that are not known are named in the answer: their sessions are gone. */
  async renew(items: readonly RenewItem[]): Promise<{ gone: number[] }> {
    const known = items.filter(item => this.#known.has(item.n))
    const fresh =
      items.length <= FRESH_UP_TO ? await this.kernel.counts(known.map(item => item.n)) : new Map<number, Counts>()
    const groups = known.map((item): Change[] => {
      const counts = fresh.get(item.n)
      const used = bigger(BigInt(item.used), BigInt((counts?.up ?? 0) + (counts?.down ?? 0)))
      const forMs = cappedLease(item.forMs)
      const quota = BigInt(item.quota)
      Object.assign(this.#known.get(item.n) ?? {}, { endsAt: this.ports.now() + forMs, quota, used })
      return [{ set: 'lease', keep: true, number: item.n, forMs, bytes: remaining(quota, used) }]
    })
    await this.kernel.change(groups)
    return { gone: items.filter(item => !this.#known.has(item.n)).map(item => item.n) }
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
    const lease = ({ n: number, endsAt, quota, used }: Known) =>
      ({ set: 'lease', keep: true, number, forMs: Math.ceil(endsAt - now), bytes: remaining(quota, used) }) as const
    await this.kernel.change(paid.map(session => [...standing(session), lease(session)]))
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

  /** A device that comes again takes the place of its earlier session, which goes out first. */
  #enter(item: OpenItem, mac: string): readonly [Known, Change[]] {
    const before = this.#byAddress.get(item.ip)
    if (before !== undefined) this.#forget(before)
    const rate = item.rate === undefined ? undefined : BigInt(item.rate)
    const endsAt = this.ports.now() + cappedLease(item.forMs)
    const known: Known = { n: this.#nextNumber(), mac, ip: item.ip, rate, endsAt, quota: BigInt(item.quota), used: 0n }
    this.#known.set(known.n, known)
    this.#byAddress.set(known.ip, known)
    return [known, before === undefined ? [] : [...withdrawal(before), ...leftovers(before)]]
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

/** Everything of a session but its lease. */
function standing({ n: number, mac, ip, rate }: Known): Change[] {
  return [
    { set: 'up', keep: true, number },
    { set: 'down', keep: true, number },
    ...(rate === undefined ? [] : [{ set: 'rate', keep: true, number, rate } as const]),
    { set: 'who', keep: true, mac, ip, number },
    { set: 'to', keep: true, mac, ip, number },
  ]
}

function admission(session: Known, { forMs, quota }: OpenItem): Change[] {
  const bytes = remaining(BigInt(quota), 0n)
  return [...standing(session), { set: 'lease', keep: true, number: session.n, forMs: cappedLease(forMs), bytes }]
}

function leaseOut(number: number): Change {
  return { set: 'lease', keep: false, number, forMs: 1, bytes: 0n }
}

/** What cuts a session; the counters stay for the last reading. */
function withdrawal({ n: number, mac, ip }: Known): Change[] {
  return [leaseOut(number), { set: 'who', keep: false, mac, ip, number }, { set: 'to', keep: false, mac, ip, number }]
}

function leftovers({ n: number, rate }: Known): Change[] {
  return [
    { set: 'up', keep: false, number },
    { set: 'down', keep: false, number },
    ...(rate === undefined ? [] : [{ set: 'rate', keep: false, number, rate } as const]),
  ]
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
