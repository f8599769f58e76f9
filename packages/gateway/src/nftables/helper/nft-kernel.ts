import { type ChildProcess, execFile, spawn } from 'node:child_process'
import type { Change, Counts, Kernel, Lease } from './kernel.js'
import { classText, isFour } from './keys.js'
import { NFT_PATH, nft, refused } from './nft.js'

const ENV = { ...process.env, PATH: NFT_PATH }

const LINK_ADDRESS = /lladdr ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})/

interface Waiting {
  readonly mark: string
  readonly done: (complaint: string) => void
}

/**
 * Elements by one lasting `nft -i`: for machines where the netlink library does not load. Quotas are named
 * objects there; reading counts starts a program each time.
 */
export class NftKernel implements Kernel {
  readonly channel = 'nft'
  readonly elementQuota = false
  #child: ChildProcess | undefined
  #complaints = ''
  #waiting: Waiting | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #marks = 0

  constructor(private readonly table: string) {}

  async change(groups: readonly (readonly Change[])[]): Promise<void> {
    const commands = groups.flat().flatMap(change => this.#commands(change))
    if (commands.length === 0) return
    const complaint = await this.#inTurn(commands.join('; '))
    if (complaint !== '') throw refused(complaint)
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
    this.#child?.kill()
    this.#child = undefined
  }

  #commands(change: Change): string[] {
    const [set, key, more] = textOf(change)
    const add = `add element inet ${this.table} ${set} { ${key}${more} }`
    if (change.set === 'lease') return this.#leaseCommands(change, add)
    return change.keep ? [add] : [add, `delete element inet ${this.table} ${set} { ${key} }`]
  }

  /** The lease and its quota, an object of its own; each is put in first, so that taking it out never fails. */
  #leaseCommands(change: Extract<Change, { set: 'lease' }>, add: string): string[] {
    const [inet, number] = [`inet ${this.table}`, classText(change.number)]
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
    const { nftables } = JSON.parse(await nft(['-j', 'list', 'set', 'inet', this.table, set])) as Listing
    const elements = nftables.flatMap(entry => entry.set?.elem ?? [])
    return new Map(elements.map(({ elem }) => [numberOf(elem.val), elem.counter?.bytes ?? 0]))
  }

  #inTurn(line: string): Promise<string> {
    const run = this.#queue.then(() => this.#say(line))
    this.#queue = run.catch(() => undefined)
    return run
  }

  /** `nft` says nothing when all is well: a question it must refuse marks where the answer ends. */
  #say(line: string): Promise<string> {
    const child = this.#running()
    const mark = `conet__mark_${++this.#marks}`
    return new Promise(done => {
      this.#complaints = ''
      this.#waiting = { mark, done }
      child.stdin?.write(`${line}\nlist chain inet ${mark} x\n`)
    })
  }

  #running(): ChildProcess {
    if (this.#child !== undefined) return this.#child
    const child = spawn('nft', ['-i'], { stdio: ['pipe', 'ignore', 'pipe'], env: ENV })
    const over = () => {
      this.#child = undefined
      this.#settle('nft ended')
    }
    child.on('error', over).on('exit', over)
    child.stdin?.on('error', () => {})
    child.stderr?.on('data', chunk => this.#hear(String(chunk)))
    this.#child = child
    return child
  }

  #hear(text: string): void {
    this.#complaints += text
    const mark = this.#waiting?.mark
    // The refusal quotes the question: its last line holds the name and the one below points at it.
    if (mark === undefined || !new RegExp(`${mark} x\\n[ ~^]+\\n`).test(this.#complaints)) return
    this.#settle(this.#complaints.split('\n').find(line => line.includes('Error') && !this.#isMark(line)) ?? '')
  }

  /** The first complaint is the mark's own if the one line with its name follows directly. */
  #isMark(line: string): boolean {
    const lines = this.#complaints.split('\n')
    return lines[lines.indexOf(line) + 1]?.includes('conet__mark_') === true
  }

  #settle(complaint: string): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.done(complaint)
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
    execFile('ip', ['neigh', 'show', ip, 'dev', name], { env: ENV }, (_error, out) => resolve(out))
  })
}
