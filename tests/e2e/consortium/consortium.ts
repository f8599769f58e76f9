import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { nodePorts, type Wallet, walletFromSeed } from '@conet/client'
import { scratch } from '../program.js'
import { type Network, nodesOf } from './manifest.js'
import { Member } from './member.js'
import { makePlaces, processesOf } from './place.js'
import { type Wiring, wire } from './wiring/index.js'

/** MiB of the private disk of a node whose disk will be full; its first folder is copied into it. */
const SMALL_DISK = '96m'

/** How one run differs from the next. */
export interface ConsortiumWish {
  readonly wiring?: (names: readonly string[]) => Promise<Wiring>
  /** Further members of every configuration. */
  readonly more?: object
}

/** A network that runs: its nodes, its lines, and the wallets of its load. */
export class Consortium {
  readonly network: Network
  readonly dir: string
  readonly wiring: Wiring
  readonly senders: readonly Wallet[]
  /** Nodes by name, twins too. */
  readonly members: ReadonlyMap<string, Member>
  /** Validators that cannot take part now. */
  readonly away = new Set<string>()
  readonly #removeDir: () => void
  readonly #onExit = () => this.remove()

  private constructor(
    parts: Pick<Consortium, 'network' | 'wiring' | 'senders' | 'members'>,
    place: ReturnType<typeof scratch>,
  ) {
    this.network = parts.network
    this.wiring = parts.wiring
    this.senders = parts.senders
    this.members = parts.members
    this.dir = place.dir
    this.#removeDir = place.remove
    process.once('exit', this.#onExit)
  }

  /** Makes folders and lines, then starts all nodes at once. */
  static async start(network: Network, wish: ConsortiumWish = {}): Promise<Consortium> {
    const names = processesOf(network)
    const wiring = await (wish.wiring ?? wire)(names)
    const place = scratch()
    const senders = Array.from({ length: network.lanes }, () => walletFromSeed(randomBytes(32), nodePorts))
    const plan = { network, dir: place.dir, wiring, senders: senders.map(({ did }) => did), more: wish.more ?? {} }
    const small = new Set(network.faults.filter(({ kind }) => kind === 'disk').map(({ node }) => node))
    const members = new Map<string, Member>()
    const consortium = new Consortium({ network, wiring, senders, members }, place)
    try {
      for (const [name, at] of await makePlaces(plan)) {
        const host = wiring.host(name)
        members.set(
          name,
          new Member(place.dir, at, small.has(name) ? [...host, ...smallDisk(`${at.data}/ledger`)] : host),
        )
      }
      await Promise.all(nodesOf(network).map(name => consortium.member(name).start()))
      return consortium
    } catch (error) {
      consortium.remove()
      throw error
    }
  }

  member(name: string): Member {
    const member = this.members.get(name)
    if (member === undefined) throw new Error(`no node is called ${name}`)
    return member
  }

  /** Nodes that run, twins left out. */
  get running(): readonly Member[] {
    return nodesOf(this.network)
      .map(name => this.member(name))
      .filter(member => member.runs)
  }

  /** Nodes that nothing keeps from following the ledger now. */
  get present(): readonly Member[] {
    return this.running.filter(member => !this.away.has(member.name))
  }

  /** Ends what runs, hard, and removes every trace. */
  remove(): void {
    process.off('exit', this.#onExit)
    this.#drop()
    try {
      this.#removeDir()
    } catch {
      // A process that is just dying may still have written there; the next attempt finds nobody.
      this.#removeDir()
    }
  }

  #drop(): void {
    for (const member of this.members.values()) member.drop()
    this.wiring.remove()
  }
}

/** Why no node can have a small disk of its own here; `undefined` if it can. */
export function whyNoSmallDisk(): string | undefined {
  const { status, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /mnt'], { encoding: 'utf8' })
  return status === 0 ? undefined : `no private tmpfs: ${(stderr ?? 'no unshare').trim()}`
}

/** Runs the rest with a small disk of its own at `folder`, which begins with what is there. */
function smallDisk(folder: string): readonly string[] {
  const script = `cp -a "$1" "$1.first" && mount -t tmpfs -o size=${SMALL_DISK} none "$1" && cp -a "$1.first/." "$1" && shift && exec "$@"`
  return ['unshare', '-rm', 'sh', '-c', script, 'sh', folder]
}
