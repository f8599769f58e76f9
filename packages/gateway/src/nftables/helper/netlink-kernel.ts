import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import {
  type Element,
  type ElementChange,
  type ElementState,
  elementKey,
  NeighbourLine,
  NetlinkError,
  NftablesLine,
} from '../netlink/index.js'
import type { Change, Counts, Kernel, Lease } from './kernel.js'
import { addressKey, clientKey, isFour, macText, numberKey } from './keys.js'
import { refused } from './nft.js'

/** From here on reading whole sets costs less than asking for single elements. */
const DUMP_FROM = 400

/** Elements by raw netlink: milliseconds, quotas per element, and a tenth of the time a program takes. */
export class NetlinkKernel implements Kernel {
  readonly channel = 'netlink'
  readonly elementQuota = true
  readonly #rules: NftablesLine
  readonly #neighbours = new NeighbourLine()
  /** Taking out what may be gone is one message since Linux 6.3; before, the element is put in first. */
  readonly #destroys = isAtLeast(release(), 6, 3)
  #generation = 0
  #commits = 0

  constructor(table: string) {
    this.#rules = new NftablesLine(table)
  }

  change(groups: readonly (readonly Change[])[]): Promise<void> {
    return this.#rules.change(groups.map(group => group.flatMap(change => this.#steps(change)))).catch(told)
  }

  lease(leases: readonly Lease[]): Promise<void> {
    if (this.#destroys) return this.#rules.renew('lease', leases).catch(told)
    return this.change(leases.map(lease => [{ set: 'lease', keep: true, ...lease }]))
  }

  async counts(numbers: readonly number[], leases = false): Promise<Map<number, Counts>> {
    const [up, down] = [await this.#bytes('up', numbers), await this.#bytes('down', numbers)]
    const lease = leases ? await this.#read('lease', numbers) : undefined
    const found = new Map<number, Counts>()
    for (const number of numbers) {
      const [sent, received] = [up.get(number), down.get(number)]
      if (sent === undefined || received === undefined) continue
      found.set(number, { up: sent, down: received, leased: lease?.has(elementKey(numberKey(number))) })
    }
    return found
  }

  #read(set: string, numbers: readonly number[]): Promise<Map<string, ElementState>> {
    return numbers.length < DUMP_FROM ? this.#rules.read(set, numbers.map(numberKey)) : this.#rules.readAll(set)
  }

  async #bytes(set: string, numbers: readonly number[]): Promise<Map<number, number>> {
    if (numbers.length >= DUMP_FROM) return this.#rules.readCounters(set)
    const found = new Map<number, number>()
    for (const { key, bytes } of (await this.#read(set, numbers)).values()) {
      if (bytes !== undefined) found.set(key.readUInt32LE(), bytes)
    }
    return found
  }

  async sweep(known: readonly { readonly n: number; readonly mac: string; readonly ip: string }[]): Promise<number> {
    const clients = new Set(known.map(({ mac, ip }) => elementKey(clientKey(mac, ip))))
    const ours = { lease: new Set(known.map(({ n }) => elementKey(numberKey(n)))), who4: clients, who6: clients }
    const strange: Element[] = []
    for (const [set, keys] of Object.entries(ours)) {
      for (const [key, { key: bytes }] of await this.#rules.readAll(set)) {
        if (!keys.has(key)) strange.push({ set, key: Buffer.from(bytes) })
      }
    }
    await this.#rules.change(strange.map(element => [{ verb: 'delete', element }]))
    return strange.length
  }

  async touched(): Promise<boolean> {
    const [generation, commits] = [this.#generation, this.#commits]
    await this.settle()
    return this.#generation - generation !== this.#commits - commits
  }

  async settle(): Promise<void> {
    this.#generation = await this.#rules.generation()
    // The line works in order: what is committed now was committed before the kernel answered.
    this.#commits = this.#rules.commits
  }

  async neighbours(interfaces: readonly string[], ips: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>()
    for (const name of interfaces) {
      const index = interfaceIndex(name)
      const asked = ips.filter(ip => !found.has(ip))
      const links = index === undefined ? [] : await this.#neighbours.find(index, asked.map(addressKey))
      links.forEach((link, at) => {
        const ip = asked[at]
        if (link !== undefined && ip !== undefined) found.set(ip, macText(link))
      })
    }
    return found
  }

  close(): void {
    this.#rules.close()
    this.#neighbours.close()
  }

  #steps(change: Change): ElementChange[] {
    const element = elementOf(change)
    const add: ElementChange = { verb: 'add', element }
    // Putting in what is there already changes nothing: only a lease must be new, with a new time.
    if (change.keep && change.set !== 'lease') return [add]
    const bare = { set: element.set, key: element.key }
    const out: ElementChange[] = this.#destroys
      ? [{ verb: 'destroy', element: bare }]
      : [add, { verb: 'delete', element: bare }]
    return change.keep ? [...out, add] : out
  }
}

function told(error: unknown): never {
  throw error instanceof NetlinkError ? refused(error.errno, error) : error
}

function elementOf(change: Change): Element {
  const data = numberKey(change.number)
  switch (change.set) {
    case 'who':
      return { set: isFour(change.ip) ? 'who4' : 'who6', key: clientKey(change.mac, change.ip), data }
    case 'to':
      return { set: isFour(change.ip) ? 'to4' : 'to6', key: addressKey(change.ip), data }
    case 'rate':
      return { set: 'rate', key: data, rate: change.rate }
    case 'lease':
      return { set: 'lease', key: data, timeoutMs: change.forMs, quota: change.bytes }
    default:
      return { set: change.set, key: data }
  }
}

function interfaceIndex(name: string): number | undefined {
  try {
    return Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8'))
  } catch {
    return undefined
  }
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split('.').map(part => Number.parseInt(part, 10))
  return a > major || (a === major && b >= minor)
}
