import { execFile } from 'node:child_process'
import { ConetError } from '@conet/core/errors'
import type { Millis } from '@conet/core/units'
import type { Change, Counts, Kernel, Lease } from './kernel.js'
import { classText, isFour } from './keys.js'
import { LastingNft } from './lasting-nft.js'
import { NFT_ENV, nft, refused } from './nft.js'

const LINK_ADDRESS = /lladdr ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})/

/** A question to the neighbour table that takes longer finds nobody. */
const NEIGHBOUR_MS: Millis = 5_000

/**
 * Elements by one lasting `nft -i`: for machines where the netlink library does not load. Quotas are named
 * objects there; reading counts starts a program each time.
 */
export class NftKernel implements Kernel {
  readonly channel = 'nft'
  readonly elementQuota = false
  readonly #table: string
  readonly #nft: LastingNft

  constructor(table: string, lasting = new LastingNft()) {
    this.#table = table
    this.#nft = lasting
  }

  /**
   * Said once more if the program is lost: one that was killed must not end the sessions of those who paid. What may have happened then
   * happens again and ends in the same, or is refused as a whole (the kernel takes no second number for an address).
   */
  async change(groups: readonly (readonly Change[])[]): Promise<void> {
    const changes = groups.flat()
    if (changes.length === 0) return
    const began = performance.now()
    const complaint = await this.#say(changes).catch(error => {
      if (!(error instanceof ConetError) || error.code !== 'NFT_LOST') throw error
      return this.#say(changes.map(change => later(change, performance.now() - began)))
    })
    if (complaint !== '') throw refused(complaint)
  }

  #say(changes: readonly Change[]): Promise<string> {
    return this.#nft.say(changes.flatMap(change => this.#commands(change)))
  }

  lease(leases: readonly Lease[]): Promise<void> {
    return this.change(leases.map(lease => [{ set: 'lease', keep: true, ...lease }]))
  }

  async counts(numbers: readonly number[], leases = false): Promise<Map<number, Counts>> {
    if (numbers.length === 0) return new Map()
    const [up, down] = [await this.#list('up'), await this.#list('down')]
    const lease = leases ? await this.#list('lease') : undefined
    const found = new Map<number, Counts>()
    for (const number of numbers) {
      const [sent, received] = [up.get(number), down.get(number)]
      if (sent === undefined || received === undefined) continue
      found.set(number, { up: sent, down: received, leased: lease?.has(number) })
    }
    return found
  }

  /** Reading every set back each time would cost more than it is worth here: only rules are looked after. */
  async sweep(): Promise<number> {
    return 0
  }

  /** Nothing tells cheaply: the rules are read back each time. */
  async touched(): Promise<boolean> {
    return true
  }

  async settle(): Promise<void> {}

  async neighbours(interfaces: readonly string[], ips: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>()
    for (const name of interfaces) {
      for (const ip of ips) {
        const mac = found.has(ip) ? undefined : LINK_ADDRESS.exec(await ipNeighbour(name, ip))?.[1]
        if (mac !== undefined) found.set(ip, mac)
      }
    }
    return found
  }

  close(): void {
    this.#nft.close()
  }

  #commands(change: Change): string[] {
    const [set, key, more] = textOf(change)
    const add = `add element inet ${this.#table} ${set} { ${key}${more} }`
    if (change.set === 'lease') return this.#leaseCommands(change, add)
    return change.keep ? [add] : [add, `delete element inet ${this.#table} ${set} { ${key} }`]
  }

  /** The lease and its quota, an object of its own; each is put in first, so that taking it out never fails. */
  #leaseCommands(change: Extract<Change, { set: 'lease' }>, add: string): string[] {
    const [inet, number] = [`inet ${this.#table}`, classText(change.number)]
    const quota = `add quota ${inet} q${change.number} { over ${change.bytes} bytes }`
    const link = `add element ${inet} quotas { ${number} : "q${change.number}" }`
    const put = [quota, link, add]
    const take = [
      `delete element ${inet} quotas { ${number} }`,
      `delete quota ${inet} q${change.number}`,
      `delete element ${inet} lease { ${number} }`,
    ]
    return [...put, ...take, ...(change.keep ? put : [])]
  }

  async #list(set: string): Promise<Map<number, number>> {
    const { nftables } = JSON.parse(await nft(['-j', 'list', 'set', 'inet', this.#table, set])) as Listing
    const elements = nftables.flatMap(entry => entry.set?.elem ?? [])
    return new Map(elements.map(({ elem }) => [numberOf(elem.val), elem.counter?.bytes ?? 0]))
  }
}

interface Listing {
  readonly nftables: readonly {
    readonly set?: {
      readonly elem?: readonly {
        readonly elem: { readonly val: string | number; readonly counter?: { bytes: number } }
      }[]
    }
  }[]
}

/** The same, asked for this much later: no lease ends later for it. */
function later(change: Change, ms: Millis): Change {
  return change.set === 'lease' ? { ...change, forMs: Math.max(1, Math.ceil(change.forMs - ms)) } : change
}

function numberOf(val: string | number): number {
  if (typeof val === 'number') return val
  const [major = '0', minor = '0'] = val.split(':')
  return Number.parseInt(major === '' ? '0' : major, 16) * 0x1_0000 + Number.parseInt(minor === '' ? '0' : minor, 16)
}

/** Set, key and what hangs on the key. */
function textOf(change: Change): readonly [string, string, string] {
  const number = classText(change.number)
  switch (change.set) {
    case 'who':
      return [isFour(change.ip) ? 'who4' : 'who6', `${change.mac} . ${change.ip}`, ` : ${number}`]
    case 'to':
      return [isFour(change.ip) ? 'to4' : 'to6', change.ip, ` : ${number}`]
    case 'rate':
      return ['rate', number, ` limit rate over ${change.rate} bytes/second burst ${change.rate} bytes`]
    case 'lease':
      return ['lease', number, ` timeout ${change.forMs}ms`]
    default:
      return [change.set, number, '']
  }
}

function ipNeighbour(name: string, ip: string): Promise<string> {
  return new Promise(resolve => {
    execFile(
      'ip',
      ['neigh', 'show', ip, 'dev', name],
      { env: NFT_ENV, timeout: NEIGHBOUR_MS, killSignal: 'SIGKILL' },
      (_error, out) => resolve(out),
    )
  })
}
