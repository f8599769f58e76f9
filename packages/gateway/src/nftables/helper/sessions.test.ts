import { ConetError } from '@conet/core/errors'
import { beforeEach, describe, expect, it } from 'vitest'
import type { OpenItem } from '../protocol.js'
import type { Change, Counts, Kernel, Lease } from './kernel.js'
import { Sessions } from './sessions.js'

/** Keeps elements as the kernel does: one call is one transaction unless `divides`, and adding what is there otherwise is refused. */
class FakeKernel implements Kernel {
  readonly channel = 'netlink'
  readonly elementQuota = true
  readonly elements = new Map<string, Change>()
  readonly leased: Lease[][] = []
  used = new Map<number, Counts>()
  /** Transactions that still succeed. */
  succeeds = Number.POSITIVE_INFINITY
  divides = false
  /** Taking out means putting in first, as before Linux 6.3. */
  putsInFirst = false

  async change(groups: readonly (readonly Change[])[]): Promise<void> {
    expect(groups.every(group => group.length > 0)).toBe(true)
    for (const part of this.divides ? groups.map(group => [group]) : [groups]) {
      if (this.succeeds-- <= 0) {
        this.succeeds = Number.POSITIVE_INFINITY
        // Other groups are of other sizes: the next call is divided elsewhere.
        this.divides = false
        throw new ConetError('KERNEL_REFUSED', 'no memory', {})
      }
      this.#commit(part)
    }
  }

  /** All of it or nothing. */
  #commit(part: readonly (readonly Change[])[]): void {
    const before = [...this.elements]
    const steps = Math.max(0, ...part.map(group => group.length))
    try {
      for (let step = 0; step < steps; step++) for (const group of part) this.#step(group[step])
    } catch (error) {
      this.elements.clear()
      for (const [key, change] of before) this.elements.set(key, change)
      throw error
    }
  }

  async lease(leases: readonly Lease[]): Promise<void> {
    this.leased.push([...leases])
    await this.change(leases.map(lease => [{ set: 'lease', keep: true, ...lease }]))
  }

  async counts(numbers: readonly number[]): Promise<Map<number, Counts>> {
    return new Map(numbers.map(n => [n, this.used.get(n) ?? { up: 0, down: 0 }]))
  }

  async neighbours(_: readonly string[], ips: readonly string[]): Promise<Map<string, string>> {
    const here = ips.filter(ip => ip.startsWith('10.'))
    return new Map(here.map(ip => [ip, `02:00:00:00:00:${ip.slice(-2)}`]))
  }

  sweep = async () => 0
  touched = async () => false
  settle = async () => {}
  close(): void {}

  of(number: number): string[] {
    return [...this.elements.values()].filter(change => change.number === number).map(({ set }) => set)
  }

  #step(change: Change | undefined): void {
    if (change === undefined) return
    const key = `${change.set} ${'ip' in change ? change.ip : change.number}`
    const there = this.elements.get(key)
    const otherwise = there !== undefined && there.number !== change.number
    if (otherwise && (change.keep || this.putsInFirst)) {
      throw new ConetError('KERNEL_REFUSED', `${key} is there otherwise`, { data: { why: 'EEXIST' } })
    }
    if (!change.keep) this.elements.delete(key)
    else this.elements.set(key, change)
  }
}

const item = (ip: string, quota = '1000'): OpenItem => ({ ip, forMs: 5_000, quota })
const EVERYTHING = ['up', 'down', 'who', 'to', 'lease']

let kernel: FakeKernel
let sessions: Sessions
let logged: string[]
beforeEach(() => {
  logged = []
  kernel = new FakeKernel()
  sessions = new Sessions(kernel, ['lan0'], {
    now: () => 1_000,
    conntrack: () => undefined,
    random: () => 0,
    log: line => logged.push(line),
  })
})

async function open(...items: OpenItem[]): Promise<number[]> {
  const opened = await sessions.open(items)
  return opened.map(one => ('n' in one ? one.n : Number.NaN))
}

describe('an opening that the kernel refuses', () => {
  it('leaves the earlier session of the same device as it was', async () => {
    const [first = 0] = await open(item('10.0.0.11'))
    kernel.succeeds = 0
    await expect(open(item('10.0.0.11'))).rejects.toMatchObject({ code: 'KERNEL_REFUSED' })
    expect(sessions.size).toBe(1)
    expect(await sessions.renew([{ n: first, forMs: 9_000, quota: '1000', used: '0' }])).toEqual({ gone: [] })
    expect(kernel.of(first).toSorted()).toEqual(EVERYTHING.toSorted())
    expect(await sessions.close([first])).toEqual([{ up: 0, down: 0 }])
    expect(kernel.elements.size).toBe(0)
    // And it is still found by its address: the next one takes its place.
    const [again = 0] = await open(item('10.0.0.11'))
    await open(item('10.0.0.11'))
    expect(kernel.of(again)).toEqual([])
  })

  it('takes out what earlier transactions put in, and puts in again what they took out', async () => {
    const [first = 0] = await open(item('10.0.0.11', '900'))
    kernel.used.set(first, { up: 300, down: 100 })
    kernel.divides = true
    kernel.succeeds = 1
    await expect(open(item('10.0.0.11'), item('10.0.0.12'))).rejects.toMatchObject({ code: 'KERNEL_REFUSED' })
    expect(sessions.size).toBe(1)
    expect(kernel.of(first).toSorted()).toEqual(EVERYTHING.toSorted())
    expect(kernel.elements.size).toBe(EVERYTHING.length)
    expect(kernel.elements.get(`lease ${first}`)).toMatchObject({ forMs: 5_000, bytes: 500n + 65_536n })
  })

  it('takes back what happened where what never happened is refused (before Linux 6.3)', async () => {
    const addresses = ['10.0.0.11', '10.0.0.12', '10.0.0.13']
    const earlier = await open(...addresses.map(ip => item(ip)))
    const before = [...kernel.elements.keys()].toSorted()
    Object.assign(kernel, { putsInFirst: true, divides: true, succeeds: 2 })
    // The first of each device is in, the third not, and the second of the first device never was.
    await expect(open(...[...addresses, '10.0.0.11'].map(ip => item(ip)))).rejects.toMatchObject({
      message: 'no memory',
    })
    expect([...kernel.elements.keys()].toSorted()).toEqual(before)
    for (const n of earlier) expect(kernel.of(n).toSorted()).toEqual(EVERYTHING.toSorted())
    expect(sessions.size).toBe(3)
    expect(logged).toEqual([])
  })

  it('says so when it cannot be taken back', async () => {
    const [first = 0] = await open(item('10.0.0.11'))
    kernel.counts = async () => {
      throw new ConetError('NFT_LOST', 'no answer', {})
    }
    kernel.succeeds = 0
    await expect(open(item('10.0.0.11'))).rejects.toMatchObject({ code: 'KERNEL_REFUSED' })
    expect(logged).toEqual([expect.stringContaining('no answer')])
    expect(kernel.of(first)).toHaveLength(EVERYTHING.length)
  })
})

it('asks the kernel for nothing where nobody is on the link', async () => {
  expect(await sessions.open([item('192.0.2.1')])).toMatchObject([{ error: { code: 'CLIENT_NOT_ON_LINK' } }])
  expect(await open(item('192.0.2.1'), item('10.0.0.11'))).toEqual([Number.NaN, expect.any(Number)])
  expect(sessions.size).toBe(1)
})

it('opens two sessions of one device, asked for at once: the later one stays', async () => {
  const [first = 0, other = 0, second = 0] = await open(item('10.0.0.11'), item('10.0.0.12'), item('10.0.0.11'))
  expect(kernel.of(first)).toEqual([])
  for (const n of [other, second]) expect(kernel.of(n).toSorted()).toEqual(EVERYTHING.toSorted())
  expect(sessions.size).toBe(2)
})

describe('renewals', () => {
  it('of one session, asked for at once, end in the last one', async () => {
    const [n = 0] = await open(item('10.0.0.11'))
    const renewal = (forMs: number) => ({ n, forMs, quota: '1000', used: '0' })
    expect(await sessions.renew([renewal(1_000), renewal(7_000)])).toEqual({ gone: [] })
    expect(kernel.leased).toEqual([[expect.objectContaining({ number: n, forMs: 7_000 })]])
  })

  it('that the kernel refuses do not count', async () => {
    const [n = 0] = await open(item('10.0.0.11'))
    kernel.succeeds = 0
    await expect(sessions.renew([{ n, forMs: 60_000, quota: '5000', used: '0' }])).rejects.toThrow()
    await sessions.fill()
    expect(kernel.elements.get(`lease ${n}`)).toMatchObject({ forMs: 5_000, bytes: 1_000n + 65_536n })
  })
})
